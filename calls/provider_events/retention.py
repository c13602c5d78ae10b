"""Forgetting what providers told, when it is old: raw events hold phone numbers."""

from django.conf import settings

from liveplatform.db.retention import delete_expired

# Ids sort by time. What was given up stays for a person to look at; so does what a live call still needs.
DELETE_EXPIRED = """
DELETE FROM calls_providerevent WHERE id IN (
    SELECT e.id FROM calls_providerevent e LEFT JOIN calls_call c ON c.id = e.call_id
    WHERE e.id < %(before)s::uuid AND e.state IN ('done', 'skipped')
      AND (c.id IS NULL OR c.ended_at IS NOT NULL)
    ORDER BY e.id LIMIT %(batch)s
)
"""


def purge_expired() -> int:
    """Delete events that came PROVIDER_EVENTS_RETENTION_DAYS days ago and are settled; how many there were."""
    return delete_expired(DELETE_EXPIRED, settings.PROVIDER_EVENTS_RETENTION_DAYS)
