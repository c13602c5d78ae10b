"""Publishes events about calls, in the transaction of the change that they are about.

The call must be locked, or written by this transaction: the number of an event is taken from its row. An
event shows the call as it is saved: it is numbered, then the call is saved, then the event is written. That
an event of a call's life is published once per transition follows from the row: each has a field set once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calls.call_events.details import recordings_of
from calls.models.call import Call
from calls.representation import CallSerializer
from calls.sql import bulk_write
from liveplatform.webhooks.publish import EventMessage, publish_many

CREATED = "call.created"
RINGING = "call.ringing"
ANSWERED = "call.answered"
STARTED = "call.started"
ENDED = "call.ended"
ERRORED = "call.errored"
UPDATED = "call.updated"
# Before its end a call has no recordings, mostly; these events hold them.
WITH_RECORDINGS = (ENDED, "call.still_live", "call.recording_ready", "call.analyzed", "call.processed")


@dataclass(frozen=True)
class CallEvent:
    """An event to publish: number `sequence` of its call; `data` has what it holds besides the call."""

    call: Call
    type: str
    sequence: int
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def has_recordings(self) -> bool:
        return self.type in WITH_RECORDINGS or "steps" in self.data


@dataclass(frozen=True)
class CallState:
    """What the events of a call's life are about, before a change."""

    is_over: bool
    ringing_at: datetime | None
    answered_at: datetime | None
    started_at: datetime | None
    answered_by: str

    @classmethod
    def of(cls, call: Call) -> "CallState":
        return cls(call.is_over, call.ringing_at, call.answered_at, call.started_at, call.answered_by)


def number_event(call: Call, event_type: str, data: Mapping[str, Any] | None = None) -> CallEvent:
    """The next event of this call; increments its event_sequence, which the caller saves."""
    call.event_sequence += 1
    return CallEvent(call, event_type, call.event_sequence, dict(data or {}))


def life_events(call: Call, before: CallState) -> list[CallEvent]:
    """The events of what has happened to a call since `before`, in their order.

    A state that is learned after the next one, or after the end, is published then: each state once.
    """
    events = [number_event(call, event_type) for event_type in _transitions(call, before)]
    if not events and not before.is_over and call.answered_by != before.answered_by:
        events.append(updated(call, ["answered_by"]))
    return events


def _transitions(call: Call, before: CallState) -> Iterator[str]:
    if call.ringing_at and not before.ringing_at:
        yield RINGING
    if call.answered_at and not before.answered_at:
        yield ANSWERED
    if call.started_at and not before.started_at:
        yield STARTED


def updated(call: Call, changed: Iterable[str]) -> CallEvent:
    """`call.updated` with the names of the fields that changed; otherwise as `number_event`."""
    return number_event(call, UPDATED, {"changed": sorted(changed)})


def publish_events(events: Sequence[CallEvent]) -> None:
    """Publish these events, whose calls are saved, in the caller's transaction."""
    if events:
        recordings = recordings_of({event.call.pk for event in events if event.has_recordings})
        publish_many([_message(event, recordings) for event in events])


def publish(call: Call, *event_types: str, data: Mapping[str, Any] | None = None) -> None:
    """Publish events of these types, in this order; the row's event_sequence counts them already."""
    call.event_sequence -= len(event_types)
    publish_events([number_event(call, event_type, data) for event_type in event_types])


def publish_life(call: Call, before: CallState) -> None:
    """Publish the events of what has happened to the call since `before`, and save its event_sequence."""
    if events := life_events(call, before):
        bulk_write([call], ["event_sequence"])
        publish_events(events)


def publish_update(call: Call, changed: Iterable[str]) -> None:
    """Publish call.updated; the row's event_sequence counts it already."""
    publish(call, UPDATED, data={"changed": sorted(changed)})


def _message(event: CallEvent, recordings: Mapping[Any, list[dict[str, Any]]]) -> EventMessage:
    call = event.call
    found = {"recordings": recordings.get(call.pk, [])} if event.has_recordings else {}
    data = {"call": CallSerializer.write(call), **found, **event.data}
    return EventMessage(call.account_id, call.pk, event.sequence, event.type, data)
