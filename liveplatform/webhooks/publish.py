"""Publishing: an Event, and a Delivery for every endpoint that wants it, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from liveplatform.jsontext import dumps
from liveplatform.prepared import execute
from liveplatform.webhooks.schedule import MAX_ATTEMPTS
from liveplatform.work.bell import ring
from liveplatform.work.models import sql_uuid7, uuid7

# What writes down the rows of a CTE `news` (id, account_id, subject, sequence, type, body, only_to, not_to)
# within a larger statement: the events, and as `told` their deliveries.
# An endpoint wants a type if it names it, names a group of it ("call.*"), or names nothing; `only_to`
# and `not_to` single out one endpoint. A delivery's id is a UUIDv7 too: the event's time, then chance.
TELL = f"""written AS (
    INSERT INTO webhooks_event (id, account_id, subject, sequence, type, body, created_at)
    SELECT id, account_id, subject, sequence, type, body, now() FROM news
), told AS (
    INSERT INTO webhooks_delivery (id, account_id, event_id, endpoint_id, lane, state, due_at, attempts,
                                   max_attempts, claim, error, result, log, created_at, updated_at)
    SELECT {sql_uuid7("n.id")}, n.account_id, n.id, e.id, e.id, 'pending', now(), 0,
           {MAX_ATTEMPTS}, 0, '', '{{}}', '[]', now(), now()
    FROM news n JOIN webhooks_endpoint e ON e.account_id = n.account_id AND e.is_enabled
    WHERE e.id IS DISTINCT FROM n.not_to
      AND CASE WHEN n.only_to IS NOT NULL THEN e.id = n.only_to ELSE
              e.events = '{{}}' OR n.type = ANY(e.events)
              OR EXISTS (SELECT 1 FROM unnest(e.events) AS g(name)
                         WHERE right(g.name, 2) = '.*' AND starts_with(n.type, left(g.name, -1)))
          END
    RETURNING 1
)"""  # noqa: S608 - composed of constants

PUBLISH = f"""
WITH news AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(accounts)s::uuid[], %(subjects)s::uuid[], %(sequences)s::int[],
                         %(types)s::text[], %(bodies)s::text[], %(only)s::uuid[], %(but)s::uuid[])
           AS n(id, account_id, subject, sequence, type, body, only_to, not_to)
), {TELL}
SELECT count(*) FROM told
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told: the number `sequence` of the events about `subject`."""

    account_id: UUID
    subject: UUID
    sequence: int
    type: str
    data: dict[str, Any]
    only: UUID | None = None  # this endpoint and no other, whatever it subscribed to
    but: UUID | None = None  # all that want it, but for this endpoint


def publish(account_id: UUID, subject: UUID, sequence: int, event: str, data: dict[str, Any]) -> None:
    """Tell one thing, in the caller's transaction."""
    publish_many([News(account_id, subject, sequence, event, data)])


def publish_many(news: Sequence[News]) -> None:
    """Tell several things in one statement, in the caller's transaction."""
    if not news:
        return
    columns: dict[str, Any] = {
        "ids": [uuid7() for _ in news],
        "accounts": [n.account_id for n in news],
        "subjects": [n.subject for n in news],
        "sequences": [n.sequence for n in news],
        "types": [n.type for n in news],
        "bodies": [_body(n) for n in news],
        "only": [n.only for n in news],
        "but": [n.but for n in news],
    }
    told = execute(PUBLISH, columns).fetchone()
    if told and told[0]:
        ring("webhooks")


def _body(news: News) -> str:
    told = {"type": news.type, "timestamp": datetime.now(UTC), "sequence": news.sequence, "data": news.data}
    return dumps(told).decode()
