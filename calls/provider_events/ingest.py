"""Verifies an event of a provider and stores it, once, with its headers and raw body."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import orjson
import psycopg
from django.db import IntegrityError, transaction
from django.utils import timezone

from calls.adapters import adapter_for
from calls.models.provider_event import ProviderEvent
from calls.provider_events.correlate import is_expected
from liveplatform.accounts.models import Connection
from liveplatform.json_codec import dumps_for_jsonb
from liveplatform.work.doorbell import ring
from providers.errors import BadSignature, NotSupported, StaleEvent
from providers.events import ProviderEventData, ReadsEvents, from_json, to_json
from providers.redaction import RedactsEvents

# Stored with every event; those of a provider are ReadsEvents.kept_headers.
KEPT_HEADERS = ("content-type", "content-encoding", "user-agent")
MAX_HEADER_LENGTH = 500
MAX_DEDUP_KEY_LENGTH = 200
MAX_TYPE_LENGTH = 100
# Names of constraints: the unique one, and the start of the foreign key's to the connection.
DUPLICATE = "provider_event_once"
CONNECTION_GONE = "calls_providerevent_connection_id_"


def ingest(connection: Connection, url: str, headers: Mapping[str, str], body: bytes) -> UUID | None:
    """Store an event that this connection's provider signed, and ring its queue; None for a duplicate.

    `url` is the public address that the provider sent it to. Raises BadSignature, StaleEvent, Rejected
    ("malformed"), NotConfigured, and NotSupported for a provider whose events are not supported.
    """
    provider = adapter_for(connection)
    if not isinstance(provider, ReadsEvents):
        raise NotSupported(f"Events of {connection.provider} are not taken here.")
    data = provider.read_event(url, headers, body)
    if data.is_unsigned and not is_expected(connection.pk, data):
        raise BadSignature("It is not signed, and about no call and no stream of this connection.")
    event = _row(connection, data)
    _require_fresh(event, provider.max_event_age)
    event.url, event.headers = url, _storable(_kept_headers(provider, headers))
    event.body = provider.redacted(body) if isinstance(provider, RedactsEvents) else body
    if not _insert(event):
        return None
    ring(ProviderEvent.queue)
    return event.pk


def _require_fresh(event: ProviderEvent, max_age: timedelta | None) -> None:
    """Where nothing but the body is signed, only its own time tells a new event from an old capture."""
    if max_age is None:
        return
    if event.occurred_at is None or timezone.now() - event.occurred_at > max_age:
        hours = max_age.total_seconds() / 3600
        raise StaleEvent(
            f"The event has no time, or is older than {hours:g} hours: no provider is that late."
        )


def _insert(event: ProviderEvent) -> bool:
    """False if it is stored already, or if its connection is being deleted at this moment.

    Raises IntegrityError if any other constraint is violated.
    """
    try:
        with transaction.atomic():
            event.save(force_insert=True)
    except IntegrityError as error:
        violated = _constraint(error)
        if violated == DUPLICATE or violated.startswith(CONNECTION_GONE):
            return False
        raise
    return True


def _constraint(error: IntegrityError) -> str:
    """The name of the violated constraint; "" if it has none (NOT NULL)."""
    cause = error.__cause__
    return (cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None) or ""


def _row(connection: Connection, event: ProviderEventData) -> ProviderEvent:
    """Connections are concurrency keys: a busy one does not keep others waiting."""
    payload = to_json(event)
    return ProviderEvent(
        connection=connection,
        tenant_key=connection.account_id,
        concurrency_key=connection.pk,
        dedup_key=_dedup_key(event.dedup_key),
        type=event.type.replace("\0", "")[:MAX_TYPE_LENGTH],
        kind=event.kind,
        occurred_at=from_json(payload).occurred_at,
        payload=_storable(payload),
    )


def _dedup_key(given: str) -> str:
    """The provider's key, or a hash of one that is too long or not printable."""
    if len(given) <= MAX_DEDUP_KEY_LENGTH and given.isprintable():
        return given
    return f"sha256:{hashlib.sha256(given.encode(errors='replace')).hexdigest()}"


def _kept_headers(provider: ReadsEvents, headers: Mapping[str, str]) -> dict[str, str]:
    known = {name.lower(): value[:MAX_HEADER_LENGTH] for name, value in headers.items()}
    return {name: known[name] for name in (*KEPT_HEADERS, *provider.kept_headers) if name in known}


def _storable(data: Mapping[str, object]) -> dict[str, object]:
    """JSON as jsonb can hold it: without NUL characters."""
    stored: dict[str, object] = orjson.loads(dumps_for_jsonb(data))
    return stored
