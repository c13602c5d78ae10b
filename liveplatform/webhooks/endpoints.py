"""Create, change, enable and disable endpoints, as their owners ask."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from liveplatform.accounts.models import Account
from liveplatform.webhooks.models import Delivery, Endpoint


class TooManyEndpoints(Exception):
    """The account has its maximum of endpoints; the message may be shown to the customer."""


def create_endpoint(account_id: UUID, **fields: Any) -> tuple[Endpoint, str]:  # noqa: ANN401 - of Endpoint
    """A new endpoint and its secret. In the caller's transaction, which creates one endpoint at a time.

    Raises TooManyEndpoints.
    """
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    if Endpoint.objects.filter(account_id=account_id).count() >= settings.WEBHOOK_MAX_ENDPOINTS:
        raise TooManyEndpoints(
            f"The account has {settings.WEBHOOK_MAX_ENDPOINTS} endpoints; delete one first."
        )
    endpoint = Endpoint(account_id=account_id, **fields)
    secret = endpoint.new_secret()
    endpoint.save()
    endpoint.refresh_from_db()
    return endpoint, secret


def update_endpoint(endpoint: Endpoint, changes: Mapping[str, Any]) -> None:
    """Change fields of an endpoint, and enable or disable it."""
    fields = {name: value for name, value in changes.items() if name != "is_enabled"}
    for name, value in fields.items():
        setattr(endpoint, name, value)
    endpoint.save(update_fields=[*fields, "updated_at"])
    should_be_enabled = changes.get("is_enabled", endpoint.is_enabled)
    if should_be_enabled and not endpoint.is_enabled:
        enable(endpoint)
    elif endpoint.is_enabled and not should_be_enabled:
        disable(endpoint)


def enable(endpoint: Endpoint) -> int:
    """Send again, and forget past failures; skipped deliveries become due: returns how many."""
    endpoint.is_enabled, endpoint.disabled_reason = True, ""
    endpoint.clear_failures()
    with transaction.atomic():
        endpoint.save(update_fields=[*Endpoint.HEALTH_FIELDS, "updated_at"])
        return endpoint.deliveries.filter(state=Delivery.State.SKIPPED).restart()


def disable(endpoint: Endpoint) -> None:
    """Stop sending; deliveries that come due are skipped."""
    endpoint.is_enabled, endpoint.disabled_reason = False, ""
    endpoint.save(update_fields=["is_enabled", "disabled_reason", "updated_at"])
