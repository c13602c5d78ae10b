"""Step `clean_up`: stop the call's media streams, and delete a helper room that was made for it alone.

The stops are requested at once; the step waits until the streams are over, for STREAMS_WAIT seconds at most.
Then it says how many are open: their stops go on by themselves.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from calls.models.call import Call
from calls.models.step import NO_STREAMS, Step
from calls.provider_request import provider_request
from calls.streams.of_call import StreamOfCall
from calls.streams.stop import request_stops
from liveplatform.db.rows import in_bulk
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip, succeeded
from providers.base import Adapter, EndsRooms
from providers.errors import ProviderError

STREAMS_WAIT = 60.0
# Seconds until the streams are looked at again; the last is repeated.
LOOKS = (0.2, 0.5, 1.0, 2.0, 5.0)
MAX_NAMED = 50
REASON = "Its call has ended."


def attempt(step: Step, adapter: Adapter | ProviderError, streams: Sequence[StreamOfCall] = ()) -> AttemptFn:
    call = step.call
    if not call.room_id and not streams:
        return partial(skip, NO_STREAMS)
    to_stop = [str(stream.id) for stream in streams if stream.needs_stop]
    if to_stop:
        return partial(postpone, LOOKS[0], {**step.result, "to_stop": to_stop, "looks": 1})
    if not call.room_id or step.result.get("room"):
        return partial(_outcome, streams, step.result)
    delete = partial(_delete_room, call.room_type, call.room_id, streams, step.result)
    return provider_request(adapter, delete, step.lease_until)


def _delete_room(
    room_type: str,
    room_id: str,
    streams: Sequence[StreamOfCall],
    result: dict[str, Any],
    provider: EndsRooms,
) -> Outcome:
    provider.delete_room(room_type, room_id)
    return _outcome(streams, result | {"room": "deleted"})


def _outcome(streams: Sequence[StreamOfCall], result: dict[str, Any]) -> Outcome:
    """Done once all streams are over, or STREAMS_WAIT has passed."""
    still_open = sum(stream.is_open for stream in streams)
    looks = result.get("looks", 0)
    if still_open and _waited(looks) < STREAMS_WAIT:
        delay = LOOKS[min(looks, len(LOOKS) - 1)]
        return postpone(delay, {**result, "to_stop": [], "looks": looks + 1})
    said: dict[str, Any] = {"room": result["room"]} if result.get("room") else {}
    if streams:
        said["streams"] = {str(stream.id): stream.state for stream in streams[:MAX_NAMED]}
    if still_open:
        said["open_streams"] = still_open
    return succeeded(said)


def _waited(looks: int) -> float:
    return sum(LOOKS[min(number, len(LOOKS) - 1)] for number in range(looks))


def stop_streams(steps: Sequence[Step]) -> None:
    """Put the stops on record that these steps found missing; the calls are locked."""
    missing: dict[Any, list[Any]] = defaultdict(list)
    for step in steps:
        if step.kind == Step.Kind.CLEAN_UP and not step.is_settled:
            missing[step.call_id] += step.result.get("to_stop", ())
    calls = in_bulk(Call, [call_id for call_id, ids in missing.items() if ids]) if missing else {}
    by_actor: dict[str, list[Any]] = defaultdict(list)
    for call in calls.values():
        by_actor[call.ended_by] += missing[call.pk]
    for actor, ids in by_actor.items():
        request_stops(ids, reason=REASON, actor=actor)
