"""Making and changing Connections: what each provider must be given, split into shown and sealed."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from liveplatform.accounts.connection_check import ConnectionCheck, keep_check, try_credentials
from liveplatform.accounts.models import Account, Connection
from providers.registry import CREDENTIALS

MAX_VALUE_LENGTH = 4000


class InvalidConnection(ValueError):
    """The input does not make a connection; `field` names what is wrong, the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class CredentialsRefused(Exception):
    """The provider refuses the new credentials of a connection, which keeps its own; the message is its."""

    def __init__(self, check: ConnectionCheck) -> None:
        super().__init__(f"{check.message} The connection keeps its former credentials.")
        self.check = check


class TooManyConnections(Exception):
    """The account has its maximum of connections; the message may be shown to the customer."""


def try_new_credentials(
    account: Account, provider: str, credentials: Mapping[str, Any], *, base_url: str = ""
) -> ConnectionCheck:
    """Ask the provider about credentials for `upsert_connection`, before it. Raises InvalidConnection.

    Not for use within a transaction: the provider may take some seconds to answer.
    """
    return try_credentials(_prepare(account, provider, credentials, base_url))


def upsert_connection(
    account: Account,
    provider: str,
    credentials: Mapping[str, Any],
    *,
    base_url: str = "",
    name: str = "",
    check: ConnectionCheck | None = None,
) -> Connection:
    """Create or update the account's connection to a provider account (or server), and save it.

    A connection of these credentials' owner gets the new secrets and base_url; otherwise it is a new one,
    beside the others and their calls. It becomes the default. `check`: what the provider said of them; if it
    refused, a new connection does not replace a default, and an existing one keeps its secrets. The
    account's row is locked meanwhile. Raises InvalidConnection, TooManyConnections and CredentialsRefused.
    """
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).get(pk=account.pk)
        connection = _prepare(account, provider, credentials, base_url)
        is_refused = check is not None and check.is_refused
        if connection._state.adding:
            require_connection_slot(account.pk)
        elif check and is_refused:
            raise CredentialsRefused(check)
        if is_refused and _connections(account, provider).filter(is_default=True).exists():
            connection.is_default = False
        else:
            make_default(connection)
        connection.name = name or connection.name
        keep_check(connection, check)
        connection.save()
    return connection


def _prepare(account: Account, provider: str, credentials: Mapping[str, Any], base_url: str) -> Connection:
    """The connection of the credentials' owner, or a new one, with these credentials. Does not save."""
    missing = [name for name in CREDENTIALS[provider].required if not credentials.get(name)]
    if missing:
        raise InvalidConnection(missing[0], f"{provider} needs {', '.join(missing)} as well.")
    require_base_url(provider, base_url)
    for connection in _connections(account, provider).order_by("-is_default", "-pk"):
        if _is_same_account(connection, credentials, base_url):
            break
    else:
        connection = Connection(account=account, provider=provider)
    connection.base_url, connection.options, connection.sealed_secrets = base_url, {}, ""
    apply_credentials(connection, credentials)
    return connection


def change_connection(
    connection: Connection, *, base_url: str | None = None, credentials: Mapping[str, Any]
) -> bool:
    """Set what is given; None and names that are missing stay. Does not save. Raises InvalidConnection.

    Returns whether secrets were given, or another base_url: what calls in progress may fail with.
    """
    moved = base_url is not None and base_url != connection.base_url
    change_base_url(connection, connection.base_url if base_url is None else base_url, credentials)
    apply_credentials(connection, credentials)
    return moved or not set(credentials).isdisjoint(CREDENTIALS[connection.provider].secrets)


def require_connection_slot(account_id: UUID) -> None:
    """Raises TooManyConnections if the account has settings.MAX_CONNECTIONS. Locks the account's row.

    Each connection has places of its own in the workers (work/shares.py), so their number is bounded.
    """
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    if Connection.objects.filter(account_id=account_id).count() >= settings.MAX_CONNECTIONS:
        text = f"The account has {settings.MAX_CONNECTIONS} connections; delete one first."
        raise TooManyConnections(text)


def make_default(connection: Connection) -> None:
    """Make this the connection of new calls; calls in progress keep theirs. Does not save it."""
    _unset_default(connection.account_id, connection.provider)
    connection.is_default = True


def _unset_default(account_id: UUID, provider: str) -> None:
    Connection.objects.filter(account_id=account_id, provider=provider).update(is_default=False)


def _connections(account: Account, provider: str) -> QuerySet[Connection]:
    return Connection.objects.filter(account=account, provider=provider)


def _is_same_account(connection: Connection, credentials: Mapping[str, Any], base_url: str) -> bool:
    """Whether the credentials belong to the same account at the provider."""
    fields = CREDENTIALS[connection.provider]
    same = all(connection.options.get(name) == credentials.get(name) for name in fields.options)
    return same and (base_url == connection.base_url or not fields.self_hosted)


def apply_credentials(connection: Connection, credentials: Mapping[str, Any]) -> None:
    """Validate credentials and set them: options in plain text, secrets sealed. Does not save."""
    fields = CREDENTIALS[connection.provider]
    known = (*fields.required, *fields.optional)
    for name, value in credentials.items():
        if name not in known:
            raise InvalidConnection(
                name, f"{connection.provider} has no {name}; it takes {', '.join(known)}."
            )
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_VALUE_LENGTH or "\0" in value:
            raise InvalidConnection(name, f"{name} must be text of 1 to {MAX_VALUE_LENGTH} characters.")
        if name in fields.identity_fields and connection.options.get(name, value) != value:
            text = f"{name} says whose connection this is; connect the other one with POST /v1/connections."
            raise InvalidConnection(name, text)
        if name in fields.identity_fields and not re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", value):
            raise InvalidConnection(
                name, f"{name} consists of letters, digits, dots, hyphens and underscores."
            )
        if name == "phone_number" and not re.fullmatch(r"\+[1-9][0-9]{6,14}", value):
            raise InvalidConnection(name, "phone_number must be E.164, such as +14155550100.")
        if name in fields.duration_fields and not re.fullmatch("[1-9][0-9]{0,4}", value):
            raise InvalidConnection(name, f"{name} must be a whole number of seconds, from 1 to 99999.")
    options = {name: value for name, value in credentials.items() if name not in fields.secrets}
    secrets = {name: value for name, value in credentials.items() if name in fields.secrets}
    connection.options = connection.options | options
    if secrets:
        connection.set_secrets(secrets)


def require_base_url(provider: str, base_url: str) -> None:
    """Raises InvalidConnection if the provider is self-hosted and base_url is empty."""
    if CREDENTIALS[provider].self_hosted and not base_url:
        raise InvalidConnection("base_url", f"{provider} needs base_url, the address of its server.")


def change_base_url(connection: Connection, base_url: str, credentials: Mapping[str, Any]) -> None:
    """Set another base_url. Does not save.

    All secrets must be given again: otherwise a client that cannot read them could have them sent to a
    server of its own. Raises InvalidConnection.
    """
    require_base_url(connection.provider, base_url)
    missing = [name for name in CREDENTIALS[connection.provider].secrets if not credentials.get(name)]
    if base_url != connection.base_url and missing:
        raise InvalidConnection(missing[0], f"With another base_url, give {', '.join(missing)} again.")
    connection.base_url = base_url
