"""Forgetting events and their deliveries once they are old: the tables stay as large as a quarter needs."""

from django.conf import settings

from liveplatform.forgetting import forget

# Ids sort by time. What is still on its way to somebody stays; so does a delivery's event.
FORGET = """
WITH old AS MATERIALIZED (
    SELECT e.id FROM webhooks_event e
    WHERE e.id < %(before)s::uuid
      AND NOT EXISTS (SELECT 1 FROM webhooks_delivery d
                      WHERE d.event_id = e.id AND d.state IN ('pending', 'running'))
    ORDER BY e.id LIMIT %(batch)s
), deliveries AS (
    DELETE FROM webhooks_delivery d USING old WHERE d.event_id = old.id
)
DELETE FROM webhooks_event e USING old WHERE e.id = old.id
"""


def forget_old() -> int:
    """Delete events made WEBHOOK_EVENTS_KEEP days ago that nobody waits for; how many there were."""
    return forget(FORGET, settings.WEBHOOK_EVENTS_KEEP)
