"""Taking an event in: verified before it is parsed, stored as it came, once."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from calls.adapters import adapter_for
from liveplatform.accounts.models import Connection
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.uuid7 import uuid7
from liveplatform.json_codec import dumps_for_jsonb
from liveplatform.work.doorbell import ring
from providers.errors import NotSupported
from providers.events import ProviderEventData, ReadsEvents, from_json, to_json

# Headers that are kept: what proves an event, and tells how often it was tried. No credentials.
KEPT_HEADERS = (
    "content-type",
    "content-encoding",
    "user-agent",
    "x-twilio-signature",
    "i-twilio-idempotency-token",
    "x-signature",
    "x-api-key",
    "x-webhook-id",
    "x-webhook-attempt",
)
MAX_HEADER_LENGTH = 500

# The concurrency_key is the connection: one that is told much does not keep others waiting. A connection that is
# being deleted at this moment takes its events along.
STORE = """
INSERT INTO calls_providerevent (id, connection_id, concurrency_key, dedup_key, type, kind, occurred_at, payload, url,
                                 headers, body)
SELECT %(id)s::uuid, n.id, n.id, %(dedup_key)s, %(type)s, %(kind)s, %(occurred_at)s::timestamptz,
       %(payload)s::jsonb, %(url)s, %(headers)s::jsonb, %(body)s::bytea
FROM accounts_connection n WHERE n.id = %(connection)s::uuid FOR KEY SHARE
ON CONFLICT (connection_id, dedup_key) DO NOTHING
RETURNING id
"""


def ingest(connection: Connection, url: str, headers: Mapping[str, str], body: bytes) -> UUID | None:
    """Store an event that this connection's provider signed, and ring for it; None if it was here before.

    `url` is the public address that the provider sent it to. Raises BadSignature, Rejected ("malformed"),
    NotConfigured, and NotSupported for a provider whose events are not read.
    """
    provider = adapter_for(connection)
    if not isinstance(provider, ReadsEvents):
        raise NotSupported(f"Events of {connection.provider} are not taken here.")
    event = provider.read_event(url, headers, body)
    row = _row(connection, event) | {
        "url": url,
        "headers": dumps_for_jsonb(_kept_headers(headers)),
        "body": body,
    }
    stored = execute_prepared(STORE, row).fetchone()
    if stored is None:
        return None
    ring("provider_events")
    return UUID(str(stored[0]))


def _row(connection: Connection, event: ProviderEventData) -> dict[str, object]:
    told = to_json(event)
    return {
        "id": uuid7(),
        "connection": connection.pk,
        "dedup_key": _dedup_key(event.dedup_key),
        "type": event.type.replace("\0", "")[:100],
        "kind": event.kind,
        "occurred_at": from_json(told).occurred_at,
        "payload": dumps_for_jsonb(told),
    }


def _dedup_key(given: str) -> str:
    """The provider's own, unless it is nothing that can be kept."""
    if len(given) <= 200 and given.isprintable():
        return given
    return f"sha256:{hashlib.sha256(given.encode(errors='replace')).hexdigest()}"


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    known = {name.lower(): value[:MAX_HEADER_LENGTH] for name, value in headers.items()}
    return {name: known[name] for name in KEPT_HEADERS if name in known}
