"""Which call an event is about: by the provider's id, by our own in the callback's address, by its room."""

from collections.abc import Sequence
from uuid import UUID

from calls.models.provider_event import ProviderEvent
from liveplatform.db.prepared import execute_prepared

# The room of a phone call is named after its call (calls/lifecycle/dial.py).
OWN_ROOM = "echo-"

# A call whose own id of the provider is not known yet, for its answer is still on the way or was lost, is
# known by our own id. One that has another leg already is not this one: a leg may dial further ones.
FIND = """
SELECT e.id, found.id
FROM unnest(%(ids)s::uuid[], %(connections)s::uuid[], %(resources)s::text[], %(types)s::text[],
            %(refs)s::uuid[]) AS e(id, connection, resource, type, ref)
CROSS JOIN LATERAL (
    SELECT c.id FROM calls_call c
    WHERE c.provider_call_id = e.resource AND c.provider_call_id <> '' AND c.connection_id = e.connection
      AND (e.type = '' OR c.stream_call_type = e.type)
    UNION ALL
    SELECT c.id FROM calls_call c
    WHERE c.id = e.ref AND c.connection_id = e.connection AND c.provider_call_id = '' AND c.channel = 'phone'
    UNION ALL
    SELECT c.id FROM calls_call c
    WHERE c.id = e.ref AND c.room_connection_id = e.connection AND c.room_id = e.resource
    LIMIT 1
) found
"""

NOTE = """
UPDATE calls_providerevent e SET call_id = n.call
FROM unnest(%(ids)s::uuid[], %(calls)s::uuid[]) AS n(id, call)
WHERE e.id = n.id AND e.call_id IS DISTINCT FROM n.call
"""


def correlate(events: Sequence[ProviderEvent]) -> dict[UUID, UUID]:
    """The call of each event that has one, by the event's id."""
    wanted = {
        "ids": [event.pk for event in events],
        "connections": [event.connection_id for event in events],
        "resources": [event.payload.get("resource", "") for event in events],
        "types": [event.payload.get("resource_type", "") for event in events],
        "refs": [_call_ref(event) for event in events],
    }
    return dict(execute_prepared(FIND, wanted).fetchall())


def save_matches(events: Sequence[ProviderEvent]) -> None:
    """Write down which calls were found."""
    known = [event for event in events if event.call_id]
    if known:
        calls = [event.call_id for event in known]
        execute_prepared(NOTE, {"ids": [event.pk for event in known], "calls": calls})


def _call_ref(event: ProviderEvent) -> UUID | None:
    named = event.payload.get("call_ref") or event.payload.get("resource", "").removeprefix(OWN_ROOM)
    try:
        return UUID(named)
    except ValueError:
        return None
