"""From a connection to the adapter that calls its provider's API."""

from django.conf import settings

from liveplatform.accounts.models import Connection
from liveplatform.egress import provider_policy
from providers.base import Adapter
from providers.errors import NotConfigured
from providers.registry import build_adapter


def adapter_for(connection: Connection | None, *, timeout: float | None = None) -> Adapter:
    """The adapter of a connection; `timeout` in seconds, by default settings.PROVIDER_TIMEOUT.

    Raises NotConfigured if the connection is None or lacks a credential.
    """
    if connection is None:
        raise NotConfigured("No provider connection is configured for this call; add one and try again.")
    return build_adapter(
        connection.provider,
        connection.credentials(),
        base_url=connection.base_url,
        key=str(connection.pk),
        timeout=timeout or settings.PROVIDER_TIMEOUT,
        address_policy=provider_policy.is_allowed,
    )
