"""From an account's provider connections to the adapters that call the provider's API."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from liveplatform.accounts.adapters import adapter_for
from liveplatform.accounts.models import Connection
from providers.base import Adapter
from providers.errors import ProviderError
from providers.registry import ROOM_PROVIDERS

__all__ = ["ROOM_PROVIDERS", "adapter_for", "adapters_for", "default_room_connection"]


def default_room_connection(account_id: UUID, provider: str = "") -> Connection | None:
    """The account's default connection to `provider`, or to the first of ROOM_PROVIDERS that it has."""
    providers = [provider] if provider else ROOM_PROVIDERS
    connections = Connection.objects.filter(account_id=account_id, provider__in=providers, is_default=True)
    return min(connections, key=lambda each: ROOM_PROVIDERS.index(each.provider), default=None)


def adapters_for(
    connection_ids: Iterable[UUID | None], *, timeout: float | None = None
) -> Mapping[UUID | None, Adapter | ProviderError]:
    """The adapter of each connection, or the error of building it, in one query; None maps to an error.

    `timeout`: seconds of each request, by default settings.PROVIDER_TIMEOUT.
    """
    ids = {id for id in connection_ids if id}
    connections = Connection.objects.in_bulk(ids) if ids else {}
    return {id: _adapter_or_error(connections.get(id) if id else None, timeout) for id in (*ids, None)}


def _adapter_or_error(connection: Connection | None, timeout: float | None) -> Adapter | ProviderError:
    try:
        return adapter_for(connection, timeout=timeout)
    except ProviderError as error:
        return error
