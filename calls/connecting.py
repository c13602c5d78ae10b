"""From a customer's Connection to the adapter that speaks with the provider over it."""

from django.conf import settings

from liveplatform.accounts.models import Connection
from providers.base import Adapter
from providers.errors import NotConfigured
from providers.registry import connect


def adapter(connection: Connection | None, *, timeout: float | None = None) -> Adapter:
    """The adapter for this connection; NotConfigured if there is none, or it lacks a credential."""
    if connection is None:
        raise NotConfigured("No provider connection is configured for this call; add one and try again.")
    return connect(
        connection.provider,
        connection.credentials(),
        base_url=connection.base_url,
        key=str(connection.pk),
        timeout=timeout or settings.PROVIDER_TIMEOUT,
    )
