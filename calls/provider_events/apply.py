"""Applies provider events to their calls: one batch in a fixed number of statements, calls locked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef, Q

from calls import activity
from calls.attendance.stays import record
from calls.models.answer import ANSWER_FIELDS
from calls.models.call import Call
from calls.models.provider_event import ProviderEvent
from calls.models.step import Step
from calls.monitoring.late_legs import terminate_again
from calls.monitoring.schedule import check_now, pull_forward, reschedule_many
from calls.prices.schedule import schedule_price_checks
from calls.provider_events import stream_events
from calls.provider_events.correlate import correlate
from calls.provider_events.transitions import Transition, adopt_leg, transition
from calls.publish import CallEvent, CallState, life_events, publish_events, updated
from calls.recordings.store import upsert_many
from calls.sql import bulk_write, end_as_requested, end_if_live_many
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome, postpone, skip, succeeded
from providers.events import ParticipantStay, ProviderEventData, from_json

log = structlog.get_logger(__name__)

# An event may arrive before its call's row is committed: seconds between attempts to find it.
RETRY_DELAYS = (0.5, 3.0, 15.0)
NO_CALL = "No call of this connection has this id."
NO_STREAM = "No stream of this connection has this id."
NOT_APPLICABLE = "Nothing follows from this type of event."
# Events about participants: who is in a room is what the latest of them says.
PRESENCE = ("session_started", "session_ended")

# What a transition may change of a call.
WRITTEN = (
    *ANSWER_FIELDS,
    "status",
    "joined_at",
    "empty_since",
    "duration",
    "cost",
    "price_unit",
    "provider_call_id",
    "provider_state",
    "provider_status",
    "provider_seen_at",
    "provider_confirmed_at",
    "provider_ended_at",
)
# Of an ended call: what customers are told of with call.updated, once call.processed has been published.
REPORTED = (*ANSWER_FIELDS, "duration", "cost", "price_unit")


class Applied(NamedTuple):
    """An event that was applied to its call."""

    event: ProviderEvent
    call: Call
    transition: Transition


def prepare(events: Sequence[ProviderEvent]) -> list[AttemptFn]:
    """One attempt per event; the calls of all of them are found in two queries."""
    found, streams = correlate(events), stream_events.match(events)
    for event in events:
        stream = streams.get(event.pk)
        call_id = stream.call_id if stream else found.get(event.pk)
        event.has_new_call = event.has_new_call or call_id != event.call_id
        event.call_id = call_id
    return [
        partial(_outcome, event, streams.get(event.pk), event.result.get("waited", 0)) for event in events
    ]


def _outcome(event: ProviderEvent, stream: stream_events.Match | None, waited: int) -> Outcome:
    """An event of a stream waits for the answer to its start, which says the stream's id."""
    payload, is_of_stream = event.payload, event.kind == "stream"
    if payload["kind"] == "other" and payload.keys().isdisjoint(("recording", "participant")):
        return skip(NOT_APPLICABLE)
    is_early = stream is not None and stream.is_starting and waited < len(RETRY_DELAYS)
    if (stream is not None and not is_early) if is_of_stream else event.call_id is not None:
        return succeeded()
    if waited < len(RETRY_DELAYS):
        return postpone(RETRY_DELAYS[waited], {"waited": waited + 1})
    return skip(NO_STREAM if is_of_stream else NO_CALL)


def settled(events: Sequence[ProviderEvent]) -> None:
    """Apply the events that are done; in the transaction that wrote their outcomes, calls locked."""
    done = sorted((event for event in events if event.state == ProviderEvent.State.DONE), key=_sort_key)
    due = [event for event in done if event.kind != "stream"]
    _apply_to_streams([event for event in done if event.kind == "stream"])
    if not due:
        return
    calls = Call.objects.in_bulk({event.call_id for event in due if event.call_id})
    before = {pk: _written_values(call) for pk, call in calls.items()}
    states = {pk: CallState.of(call) for pk, call in calls.items()}
    superseded = _superseded(due)
    applied = [_apply(event, calls[event.call_id], event.pk in superseded) for event in due if event.call_id]
    changed = [call for pk, call in calls.items() if _written_values(call) != before[pk]]
    news = [event for call in changed for event in life_events(call, states[call.pk])]
    news += _late_updates([call for call in changed if states[call.pk].is_over], before)
    bulk_write(changed, (*WRITTEN, "event_sequence"))
    publish_events(news)
    schedule_price_checks(call for call in changed if call.provider_state == Call.ProviderState.ENDED)
    _end([each for each in applied if each.transition.code is not None])
    for call_id in sorted({each.call.pk for each in applied if each.transition.still_live}):
        terminate_again(call_id)
    _move_checks(calls.values(), states, due[0].updated_at)
    upsert_many(_files(due))
    record(_stays(due, calls))
    _save_summaries(applied)


def _apply_to_streams(events: Sequence[ProviderEvent]) -> None:
    if events:
        stream_events.summarise(events, stream_events.apply(events, events[0].updated_at))


def _sort_key(event: ProviderEvent) -> tuple[Any, ...]:
    return (event.occurred_at or event.created_at, event.payload.get("sequence", 0), event.pk)


def _superseded(events: Sequence[ProviderEvent]) -> set[UUID]:
    """Presence events after which a later one, by the provider's clock, was applied.

    The order of joining and leaving within one second (LiveKit's resolution) is unknown: leaving counts,
    since the provider is asked before anything follows from it, while nothing would follow from joining.
    """
    ids = [event.pk for event in events if event.kind in PRESENCE]
    if not ids:
        return set()
    applied = ProviderEvent.objects.filter(call=OuterRef("call"), state=ProviderEvent.State.DONE)
    later_one = applied.filter(occurred_at__gt=OuterRef("occurred_at"), kind__in=PRESENCE)
    left_then = applied.filter(occurred_at=OuterRef("occurred_at"), kind="session_ended")
    superseded = Q(Exists(later_one)) | Q(Exists(left_then), kind="session_started")
    return set(ProviderEvent.objects.filter(superseded, pk__in=ids).values_list("pk", flat=True))


def _apply(event: ProviderEvent, call: Call, superseded: bool) -> Applied:
    data, now = from_json(event.payload), event.updated_at
    if data.kind == "look":
        check_now([call.pk])
        return Applied(event, call, Transition("its watch looks"))
    if data.kind in ("recording", "other"):
        return Applied(event, call, Transition("a participant left" if data.participant else "recording"))
    if call.room_id == data.resource and call.room_connection_id == event.connection_id:
        return Applied(event, call, _apply_to_helper_room(call, data))
    if adopt_leg(call, data, now) and call.is_over and data.status != "ended":
        Step.rerun(call.pk, Step.Kind.TERMINATE)  # the leg was not known when the call ended
    confirmed_at, status = call.provider_confirmed_at, call.provider_status
    change = transition(call, data, now, superseded=superseded)
    if confirmed_at and call.provider_confirmed_at != confirmed_at:
        activity.record_superseded_confirmation(call, confirmed_at, status)
    if data.kind == "room_closed" and change.code is None and not call.is_over:
        check_now([call.pk])  # a room that closed early is opened again when it is time
    return Applied(event, call, change)


def _apply_to_helper_room(call: Call, data: ProviderEventData) -> Transition:
    """The room of a phone call: the call's monitor asks the provider, and ends it if the room is gone."""
    if data.status != "ended" or call.is_over:
        return Transition("nothing: the room of a phone call")
    check_now([call.pk])
    return Transition("its watch looks")


def _late_updates(calls: Sequence[Call], before: Mapping[UUID, tuple[Any, ...]]) -> list[CallEvent]:
    """call.updated for ended calls of which more became known after their call.processed."""
    found: dict[UUID, list[str]] = {}
    for call in calls:
        old = dict(zip(WRITTEN, before[call.pk], strict=True))
        if names := [name for name in REPORTED if getattr(call, name) != old[name]]:
            found[call.pk] = names
    processed = Step.processed_calls(found) if found else set()
    return [updated(call, found[call.pk]) for call in calls if call.pk in processed]


def _move_checks(calls: Iterable[Call], states: Mapping[UUID, CallState], now: datetime) -> None:
    """A leg that was answered is not asked about soon; all others no later than their deadlines."""
    live = [call for call in calls if not call.is_over]
    answered = [call for call in live if call.answered_at and not states[call.pk].answered_at]
    reschedule_many(answered, now)
    pull_forward((call for call in live if call not in answered), now)


def _written_values(call: Call) -> tuple[Any, ...]:
    return tuple(getattr(call, name) for name in WRITTEN)


def _end(ended: Iterable[Applied]) -> None:
    """End the calls that ended at the provider; an end that was requested before keeps its own reason."""
    alike: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for _, call, change in ended:
        if call.end_requested_at:
            end_as_requested(call)
        else:
            actor = change.actor or f"provider:{call.provider}"
            alike[call.account_id, change.reason, change.code, actor].append(call.pk)
    for (account_id, reason, code, actor), ids in alike.items():
        for call in end_if_live_many(ids, account_id, reason, code, actor):
            log.info("call_ended", call_id=str(call.pk), end_code=code, by=actor)


def _files(events: Iterable[ProviderEvent]) -> list[tuple[UUID, Any]]:
    recordings = ((event.call_id, from_json(event.payload).recording) for event in events)
    return [(call_id, file) for call_id, file in recordings if call_id and file]


def _stays(events: Iterable[ProviderEvent], calls: Mapping[UUID, Call]) -> list[tuple[UUID, ParticipantStay]]:
    """Who joined or left a video call; in the helper room of a phone call there is nobody to record."""
    about = [event for event in events if "participant" in event.payload]
    stays = ((event.call_id, from_json(event.payload).participant) for event in about)
    return [(id, stay) for id, stay in stays if id and stay and calls[id].channel == Call.Channel.VIDEO]


def _save_summaries(applied: Sequence[Applied]) -> None:
    for event, _, change in applied:
        event.result = {"summary": change.summary}
    ProviderEvent.objects.bulk_update([each.event for each in applied], ["result"])
