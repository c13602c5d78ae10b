"""Forgetting what providers told, when it is old: raw events hold phone numbers."""

from django.conf import settings

from liveplatform.forgetting import forget

# Ids sort by time. What was given up stays for a person to look at; so does what a live call still needs.
FORGET = """
DELETE FROM calls_providerevent WHERE id IN (
    SELECT e.id FROM calls_providerevent e LEFT JOIN calls_call c ON c.id = e.call_id
    WHERE e.id < %(before)s::uuid AND e.state IN ('done', 'skipped')
      AND (c.id IS NULL OR c.ended_at IS NOT NULL)
    ORDER BY e.id LIMIT %(batch)s
)
"""


def forget_old() -> int:
    """Delete events that came PROVIDER_EVENTS_KEEP days ago and are settled; how many there were."""
    return forget(FORGET, settings.PROVIDER_EVENTS_KEEP)
