"""Publishing: an Event, and a Delivery for every endpoint that wants it, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from liveplatform.webhooks.schedule import MAX_ATTEMPTS
from liveplatform.work.bell import ring
from liveplatform.work.models import uuid7

# An endpoint wants a type if it names it, names its group ("call.*"), or names nothing.
PUBLISH = """
WITH news AS (
    INSERT INTO webhooks_event (id, account_id, subject, sequence, type, body, created_at)
    SELECT n.id, n.account_id, n.subject, n.sequence, n.type, n.body, now()
    FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(subjects)s::uuid[], %(sequences)s::int[],
                %(types)s::text[], %(bodies)s::text[]) AS n(id, account_id, subject, sequence, type, body)
    RETURNING id, account_id, type
)
INSERT INTO webhooks_delivery (id, event_id, endpoint_id, lane, state, due_at, attempts, max_attempts, claim,
                               error, result, log, created_at, updated_at)
SELECT gen_random_uuid(), news.id, e.id, e.id, 'pending', now(), 0, %(max_attempts)s, 0, '', '{}', '[]',
       now(), now()
FROM news JOIN webhooks_endpoint e ON e.account_id = news.account_id AND e.is_enabled
WHERE e.events = '{}' OR news.type = ANY(e.events) OR split_part(news.type, '.', 1) || '.*' = ANY(e.events)
"""


@dataclass(frozen=True)
class News:
    """What is to be told: the number `sequence` of the events about `subject`."""

    account_id: UUID
    subject: UUID
    sequence: int
    type: str
    data: dict[str, Any]


def publish(account_id: UUID, subject: UUID, sequence: int, event: str, data: dict[str, Any]) -> None:
    """Tell one thing, in the caller's transaction."""
    publish_many([News(account_id, subject, sequence, event, data)])


def publish_many(news: Sequence[News]) -> None:
    """Tell several things in one statement, in the caller's transaction."""
    if not news:
        return
    columns = {
        "ids": [uuid7() for _ in news],
        "accounts": [n.account_id for n in news],
        "subjects": [n.subject for n in news],
        "sequences": [n.sequence for n in news],
        "types": [n.type for n in news],
        "bodies": [_body(n) for n in news],
        "max_attempts": MAX_ATTEMPTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(PUBLISH, columns)
        delivered = cursor.rowcount
    if delivered:
        ring("webhooks")


def _body(news: News) -> str:
    told = {"type": news.type, "timestamp": datetime.now(UTC), "sequence": news.sequence, "data": news.data}
    return orjson.dumps(told, option=orjson.OPT_UTC_Z, default=str).decode()
