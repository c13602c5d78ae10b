"""Applying provider events: the call of each is found, then all is written in one go, calls locked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import orjson
import structlog

from calls import activity
from calls.models.call import Call
from calls.models.provider_event import ProviderEvent
from calls.monitoring.reconcile import terminate_again
from calls.monitoring.schedule import check_now, pull_forward
from calls.provider_events import correlate
from calls.provider_events.transitions import Transition, adopt_leg, transition
from calls.recordings.store import upsert_many
from calls.sql import end_as_requested, end_if_live_many
from liveplatform.db.prepared import execute_prepared
from liveplatform.db.rows import in_bulk
from liveplatform.work.doorbell import ring
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip, succeeded
from providers.events import ProviderEventData, from_json

log = structlog.get_logger(__name__)

# An event may overtake the commit of its call's row: it is looked for again after these pauses (s).
RETRY_DELAYS = (0.5, 3.0, 15.0)
NO_CALL = "No call of this connection has this id."
NOT_APPLICABLE = "Nothing follows from this type of event."

WRITTEN = {
    "status": "text",
    "started_at": "timestamptz",
    "empty_since": "timestamptz",
    "duration": "int",
    "cost": "numeric",
    "price_unit": "text",
    "provider_call_id": "text",
    "provider_state": "text",
    "provider_status": "text",
    "provider_seen_at": "timestamptz",
    "provider_confirmed_at": "timestamptz",
    "provider_ended_at": "timestamptz",
}
WRITE_CALLS = f"""
UPDATE calls_call AS c SET updated_at = now(), {", ".join(f"{name} = w.{name}" for name in WRITTEN)}
FROM unnest(%(pk)s::uuid[], {", ".join(f"%({name})s::{kind}[]" for name, kind in WRITTEN.items())})
     AS w(pk, {", ".join(WRITTEN)})
WHERE c.id = w.pk
"""  # noqa: S608 - composed of constants

# Who is in a room is what the latest event says, by the provider's clock, in whatever order they came. Of a
# coming and a leaving in one second (LiveKit counts no finer) nobody knows which was last: the leaving
# counts, for the provider is asked before anything comes of that; of a coming nothing would come any more.
SUPERSEDED = """
SELECT e.id FROM calls_providerevent e
WHERE e.id = ANY(%(ids)s::uuid[]) AND e.kind IN ('session_started', 'session_ended') AND EXISTS (
    SELECT 1 FROM calls_providerevent n
    WHERE n.call_id = e.call_id AND n.state = 'done'
      AND (n.occurred_at > e.occurred_at AND n.kind IN ('session_started', 'session_ended')
           OR n.occurred_at = e.occurred_at AND n.kind = 'session_ended'
              AND e.kind = 'session_started'))
"""

SAVE_SUMMARIES = """
UPDATE calls_providerevent e SET result = d.result
FROM unnest(%(ids)s::uuid[], %(results)s::jsonb[]) AS d(id, result) WHERE e.id = d.id
"""


def prepare(events: Sequence[ProviderEvent]) -> list[AttemptFn]:
    """One job per event; which calls they are about is found in one query."""
    found = correlate.correlate(events)
    for event in events:
        event.call_id = found.get(event.pk)
    return [
        partial(_outcome, event.call_id, event.payload, event.result.get("waited", 0)) for event in events
    ]


def _outcome(call_id: UUID | None, told: dict[str, Any], waited: int) -> Outcome:
    if told["kind"] == "other" and "recording" not in told:
        return skip(NOT_APPLICABLE)
    if call_id is not None:
        return succeeded()
    return (
        postpone(RETRY_DELAYS[waited], {"waited": waited + 1})
        if waited < len(RETRY_DELAYS)
        else skip(NO_CALL)
    )


def settled(events: Sequence[ProviderEvent]) -> None:
    """Write down what the events mean; in the transaction that wrote their outcomes, calls locked."""
    due = [event for event in events if event.state == "done"]
    if not due:
        return
    calls = in_bulk(Call, {event.call_id for event in due if event.call_id})
    before = {pk: _written_values(call) for pk, call in calls.items()}
    overtaken = {
        row[0] for row in execute_prepared(SUPERSEDED, {"ids": [event.pk for event in due]}).fetchall()
    }
    changes = []
    for event in sorted(due, key=_sort_key):
        call = calls[event.call_id]
        changes.append((event, call, _apply(event, call, event.pk in overtaken)))
    _write(call for pk, call in calls.items() if _written_values(call) != before[pk])
    _end((call, said) for _, call, said in changes if said.code is not None)
    for call_id in sorted({call.pk for _, call, said in changes if said.still_live}):
        terminate_again(call_id)
    pull_forward(pk for pk, call in calls.items() if not call.is_over)
    upsert_many(_files(due))
    results = [orjson.dumps({"summary": said.summary}).decode() for _, _, said in changes]
    execute_prepared(SAVE_SUMMARIES, {"ids": [event.pk for event, _, _ in changes], "results": results})


def _sort_key(event: ProviderEvent) -> tuple[Any, ...]:
    return (event.occurred_at or event.created_at, event.payload.get("sequence", 0), event.pk)


def _apply(event: ProviderEvent, call: Call, overtaken: bool) -> Transition:
    told, now = from_json(event.payload), event.settled_at
    assert now is not None  # noqa: S101 - a row that is done is settled
    if told.kind in ("recording", "other"):
        return Transition("recording")
    if call.room_id == told.resource and call.room_connection_id == event.connection_id:
        return _helper_room(call, told)
    if adopt_leg(call, told, now) and call.is_over and told.status != "ended":
        _terminate_late_leg(call)
    confirmed_at, status = call.provider_confirmed_at, call.provider_status
    said = transition(call, told, now, overtaken=overtaken)
    if confirmed_at and call.provider_confirmed_at != confirmed_at:
        activity.record_superseded_confirmation(call, confirmed_at, status)
    if told.kind == "room_closed" and said.code is None and not call.is_over:
        check_now([call.pk])  # a room that closed early is opened again when it is time
    return said


def _helper_room(call: Call, told: ProviderEventData) -> Transition:
    """The room of a phone call: its watch asks the provider, and hangs up if the room is really gone."""
    if told.status != "ended" or call.is_over:
        return Transition("nothing: the room of a phone call")
    check_now([call.pk])
    return Transition("its watch looks")


def _terminate_late_leg(call: Call) -> None:
    """Ended here before its leg was known, and given up as never made."""
    if call.steps.get(kind="terminate").retry():
        ring("steps")


def _written_values(call: Call) -> tuple[Any, ...]:
    return tuple(getattr(call, name) for name in WRITTEN)


def _write(calls: Iterable[Call]) -> None:
    rows = list(calls)
    if rows:
        execute_prepared(
            WRITE_CALLS, {name: [getattr(call, name) for call in rows] for name in ("pk", *WRITTEN)}
        )


def _end(ends: Iterable[tuple[Call, Transition]]) -> None:
    """End those that the provider ended; a wish that was on record keeps its own words."""
    alike: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for call, said in ends:
        if call.end_requested_at:
            end_as_requested(call)
        else:
            alike[call.account_id, said.reason, said.code, f"provider:{call.provider}"].append(call.pk)
    for (account_id, reason, code, by), ids in alike.items():
        for call in end_if_live_many(ids, account_id, reason, code, by):
            log.info("call_ended", call_id=str(call.pk), end_code=code, by=by)


def _files(events: Iterable[ProviderEvent]) -> list[tuple[UUID, Any]]:
    told = ((event.call_id, from_json(event.payload).recording) for event in events)
    return [(call_id, file) for call_id, file in told if call_id and file]
