"""Deletes rooms whose opening was not answered, so that their video calls were never saved.

The provider may open a room long after the request was given up here. So a room that is not there is looked
for again, LOOKS times; a room whose call is live is left until the call has ended. If a video call with this
room was saved after all, by a request for the same call, the room is kept.
"""

from collections.abc import Sequence
from functools import partial

import structlog

from calls.adapters import adapters_for
from calls.models.call import Call
from calls.models.room_opening import RoomOpening
from calls.provider_request import provider_request
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, succeeded
from liveplatform.work.queue import Queue
from providers.base import EndsRooms

log = structlog.get_logger(__name__)

# Seconds until a room that was not found is looked for again.
LOOKS = (5.0, 15.0, 60.0, 300.0, 900.0)
# Seconds between looks at whether the call has ended.
CALL_IS_LIVE = 60.0


def prepare(openings: Sequence[RoomOpening]) -> list[AttemptFn]:
    """One attempt per opening; calls and connections are read in two queries."""
    calls = Call.objects.only("ended_at", "provider_call_id").in_bulk(
        [opening.call_id for opening in openings]
    )
    adapters = adapters_for(opening.connection_id for opening in openings)

    def attempt(opening: RoomOpening) -> AttemptFn:
        call = calls.get(opening.call_id)
        if call is not None and call.provider_call_id == opening.room_id:
            return partial(succeeded, {"room": "kept"})
        if call is not None and not call.is_over:
            return partial(postpone, CALL_IS_LIVE, opening.result)
        request = partial(_delete, opening.room_type, opening.room_id, opening.result.get("looks", 0))
        return provider_request(adapters[opening.connection_id], request, opening.lease_until)

    return [attempt(opening) for opening in openings]


def _delete(room_type: str, room_id: str, looks: int, provider: EndsRooms) -> Outcome:
    if provider.delete_room(room_type, room_id):
        return succeeded({"room": "deleted"})
    if looks < len(LOOKS):
        return postpone(LOOKS[looks], {"looks": looks + 1})
    return succeeded({"room": "never made"})


def settled(openings: Sequence[RoomOpening]) -> None:
    """Delete what is done; an opening that was given up is kept for staff."""
    done = [opening for opening in openings if opening.state == RoomOpening.State.DONE]
    for opening in done:
        log.info("lost_room", call_id=str(opening.call_id), room=opening.result.get("room"))
    if done:
        RoomOpening.objects.filter(pk__in=[opening.pk for opening in done]).delete()


ROOM_OPENINGS = Queue(
    model=RoomOpening,
    prepare=prepare,
    settled=settled,
    log_context=lambda opening: {"call_id": str(opening.call_id)},
)
