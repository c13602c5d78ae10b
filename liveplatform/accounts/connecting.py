"""Making and changing Connections: what each provider must be given, split into shown and sealed."""

from collections.abc import Mapping

from django.db import transaction

from liveplatform.accounts.models import Account, Connection
from providers.registry import FIELDS


class BadConnection(ValueError):
    """What was given does not make a connection; `field` and the text say what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def connect(
    account: Account, provider: str, given: Mapping[str, str], *, base_url: str = "", name: str = ""
) -> Connection:
    """The account's default connection to a provider; an existing one is replaced in place."""
    fields = FIELDS[provider]
    missing = [name for name in fields.required if not given.get(name)]
    if missing:
        raise BadConnection(missing[0], f"{provider} needs {', '.join(missing)} as well.")
    with transaction.atomic():
        connection = (
            Connection.objects.select_for_update()
            .filter(account=account, provider=provider, is_default=True)
            .first()
        )
        connection = connection or Connection(account=account, provider=provider)
        connection.base_url, connection.name = base_url, name or connection.name
        change(connection, given)
        connection.save()
    return connection


def change(connection: Connection, given: Mapping[str, str]) -> None:
    """Put values where they belong: options in the open, secrets sealed. Wants a save."""
    fields = FIELDS[connection.provider]
    known = (*fields.required, *fields.extra)
    for name, value in given.items():
        if name not in known:
            raise BadConnection(name, f"{connection.provider} has no {name}; it takes {', '.join(known)}.")
        if not isinstance(value, str) or not value or len(value) > 4000 or "\0" in value:
            raise BadConnection(name, f"{name} must be text that is not empty.")
    options = {name: value for name, value in given.items() if name not in fields.secrets}
    secrets = {name: value for name, value in given.items() if name in fields.secrets}
    connection.options = connection.options | options
    if secrets:
        connection.set_secrets(secrets)
