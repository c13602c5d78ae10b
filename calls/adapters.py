"""From a customer's Connection to the adapter that speaks with the provider over it."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.conf import settings

from liveplatform.accounts.models import Connection
from providers.base import Adapter
from providers.errors import NotConfigured, ProviderError
from providers.registry import build_adapter

# Whose rooms are taken if nobody says: the first of these that the account is connected to.
ROOM_PROVIDERS = ("getstream", "livekit")


def adapter_for(connection: Connection | None, *, timeout: float | None = None) -> Adapter:
    """The adapter for this connection; NotConfigured if there is none, or it lacks a credential."""
    if connection is None:
        raise NotConfigured("No provider connection is configured for this call; add one and try again.")
    return build_adapter(
        connection.provider,
        connection.credentials(),
        base_url=connection.base_url,
        key=str(connection.pk),
        timeout=timeout or settings.PROVIDER_TIMEOUT,
    )


def default_room_connection(account_id: UUID, provider: str = "") -> Connection | None:
    """The account's default connection to this provider of rooms; without a name, to the first it has."""
    wanted = [provider] if provider else ROOM_PROVIDERS
    own = Connection.objects.filter(account_id=account_id, provider__in=wanted, is_default=True)
    return min(own, key=lambda each: ROOM_PROVIDERS.index(each.provider), default=None)


def adapters_for(connection_ids: Iterable[UUID | None]) -> Mapping[UUID | None, Adapter | ProviderError]:
    """The adapter of each connection, or why there is none (that of None among them): for a whole batch."""
    wanted = {id for id in connection_ids if id}
    found = Connection.objects.in_bulk(wanted) if wanted else {}
    return {id: _adapter_or_error(found.get(id) if id else None) for id in (*wanted, None)}


def _adapter_or_error(connection: Connection | None) -> Adapter | ProviderError:
    try:
        return adapter_for(connection)
    except ProviderError as error:
        return error
