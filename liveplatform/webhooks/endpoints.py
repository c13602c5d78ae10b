"""Create, change, enable and disable endpoints, as their owners ask."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from liveplatform.accounts.models import Account
from liveplatform.webhooks.models import Delivery, Endpoint

CHUNK_SIZE = 500  # skipped deliveries that become due in one transaction


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
    """Send again, and forget past failures. The first skipped deliveries become due; returns how many.

    The others follow in chunks, in the workers that settle deliveries to it: there may be a million.
    """
    endpoint.is_enabled, endpoint.disabled_reason, endpoint.is_catching_up = True, "", True
    endpoint.clear_failures()
    with transaction.atomic():
        endpoint.save(update_fields=[*Endpoint.HEALTH_FIELDS, "is_catching_up", "updated_at"])
        return send_skipped(endpoint)


def send_skipped(endpoint: Endpoint) -> int:
    """Make one chunk of an enabled endpoint's skipped deliveries due; returns how many. In a transaction.

    What others hold locked is left to them. `is_catching_up` ends when none is left.
    """
    skipped = Delivery.objects.filter(endpoint=endpoint, state=Delivery.State.SKIPPED)
    chunk = skipped.order_by("created_at").select_for_update(skip_locked=True, no_key=True)
    ids = list(chunk.values_list("pk", flat=True)[:CHUNK_SIZE])
    restarted = Delivery.objects.filter(pk__in=ids).restart() if ids else 0
    if not skipped.exists():
        free = Endpoint.objects.filter(pk=endpoint.pk).select_for_update(skip_locked=True, no_key=True)
        Endpoint.objects.filter(pk__in=list(free.values_list("pk", flat=True))).update(is_catching_up=False)
    return restarted


def catch_up(deliveries: Sequence[Delivery]) -> None:
    """After attempts: the next chunk of each endpoint that has more. In the transaction that settled them."""
    endpoints = {row.endpoint_id: row.endpoint for row in deliveries if "endpoint" in row._state.fields_cache}
    for endpoint in endpoints.values():
        if endpoint.is_catching_up and endpoint.is_enabled:
            send_skipped(endpoint)


def disable(endpoint: Endpoint) -> None:
    """Stop sending; deliveries that come due are skipped."""
    endpoint.is_enabled, endpoint.disabled_reason = False, ""
    endpoint.save(update_fields=["is_enabled", "disabled_reason", "updated_at"])
