"""Making and changing Connections: what each provider must be given, split into shown and sealed."""

import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from liveplatform.accounts.models import Account, Connection
from providers.registry import FIELDS

MAX_VALUE = 4000


class BadConnection(ValueError):
    """What was given does not make a connection; `field` and the text say what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def connect(
    account: Account, provider: str, given: Mapping[str, Any], *, base_url: str = "", name: str = ""
) -> Connection:
    """The account's default connection to a provider; one that was there is replaced, under its old id.

    Saved when this returns; two at once do not meet.
    """
    missing = [name for name in FIELDS[provider].required if not given.get(name)]
    if missing:
        raise BadConnection(missing[0], f"{provider} needs {', '.join(missing)} as well.")
    check_address(provider, base_url)
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        connection = Connection.objects.filter(account=account, provider=provider, is_default=True).first()
        connection = connection or Connection(account=account, provider=provider)
        connection.base_url, connection.name = base_url, name or connection.name
        connection.options, connection.sealed_secrets = {}, ""
        change(connection, given)
        connection.save()
    return connection


def change(connection: Connection, given: Mapping[str, Any]) -> None:
    """Put values where they belong: options in the open, secrets sealed. Wants a save."""
    fields = FIELDS[connection.provider]
    known = (*fields.required, *fields.extra)
    for name, value in given.items():
        if name not in known:
            raise BadConnection(name, f"{connection.provider} has no {name}; it takes {', '.join(known)}.")
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_VALUE or "\0" in value:
            raise BadConnection(name, f"{name} must be text of 1 to {MAX_VALUE} characters.")
        if name in fields.seconds and not re.fullmatch("[1-9][0-9]{0,4}", value):
            raise BadConnection(name, f"{name} must be a whole number of seconds, from 1 to 99999.")
    options = {name: value for name, value in given.items() if name not in fields.secrets}
    secrets = {name: value for name, value in given.items() if name in fields.secrets}
    connection.options = connection.options | options
    if secrets:
        connection.set_secrets(secrets)


def check_address(provider: str, base_url: str) -> None:
    """BadConnection if there must be an address, and there is none."""
    if FIELDS[provider].own_address and not base_url:
        raise BadConnection("base_url", f"{provider} needs base_url, the address of its server.")


def move(connection: Connection, base_url: str, given: Mapping[str, Any]) -> None:
    """Point a connection elsewhere. Wants a save.

    The secrets must be given again: else who may change the address, but not read the secrets, would
    have them sent to an address of their own.
    """
    check_address(connection.provider, base_url)
    missing = [name for name in FIELDS[connection.provider].secrets if not given.get(name)]
    if base_url != connection.base_url and missing:
        raise BadConnection(missing[0], f"With another base_url, give {', '.join(missing)} again.")
    connection.base_url = base_url
