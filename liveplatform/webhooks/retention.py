"""Forgetting events and their deliveries once they are old: the tables stay as large as a quarter needs."""

from django.conf import settings

from liveplatform.db.retention import delete_expired

# Ids sort by time. What is still on its way to somebody stays; so does a delivery's event.
DELETE_EVENTS = """
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


def purge_expired_events() -> int:
    """Delete events made WEBHOOK_EVENTS_RETENTION_DAYS days ago that nobody waits for; how many there were."""
    return delete_expired(DELETE_EVENTS, settings.WEBHOOK_EVENTS_RETENTION_DAYS)
