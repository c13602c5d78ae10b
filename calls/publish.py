"""Publishes the events of a call's life, in the transaction of the change that they are about.

The call must be locked, or written by this transaction: the number of an event is taken from its row. That
an event is published once per transition follows from the row as well: each has a field that is set once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calls.models.call import Call
from calls.representation import CallSerializer
from liveplatform.webhooks.publish import EventMessage, publish_many

CREATED = "call.created"
RINGING = "call.ringing"
ANSWERED = "call.answered"
STARTED = "call.started"
ENDED = "call.ended"
ERRORED = "call.errored"
UPDATED = "call.updated"


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


def life_messages(call: Call, before: CallState) -> list[EventMessage]:
    """The events of what has happened to a live call since `before`, in their order.

    A report that comes after the next state, or after the end, fills in its time and is not published.
    """
    if before.is_over:
        return []
    events = [message(call, event_type) for event_type in _transitions(call, before)]
    if not events and call.answered_by != before.answered_by:
        events.append(updated(call, ["answered_by"]))
    return events


def _transitions(call: Call, before: CallState) -> Iterator[str]:
    if call.ringing_at and not before.ringing_at and not before.answered_at:
        yield RINGING
    if call.answered_at and not before.answered_at:
        yield ANSWERED
    if call.started_at and not before.started_at:
        yield STARTED


def message(call: Call, event_type: str, data: Mapping[str, Any] | None = None) -> EventMessage:
    """The next event of this call; the caller saves its event_sequence and publishes the message."""
    call.event_sequence += 1
    body = {"call": CallSerializer.write(call), **(data or {})}
    return EventMessage(call.account_id, call.pk, call.event_sequence, event_type, body)


def updated(call: Call, changed: Iterable[str]) -> EventMessage:
    """`call.updated` with the names of the fields that changed; otherwise as `message`."""
    return message(call, UPDATED, {"changed": sorted(changed)})


def publish(call: Call, *event_types: str, data: Mapping[str, Any] | None = None) -> None:
    """Publish events of these types, in this order; the row's event_sequence counts them already."""
    call.event_sequence -= len(event_types)
    publish_many([message(call, event_type, data) for event_type in event_types])


def publish_life(call: Call, before: CallState) -> None:
    """Publish the events of what has happened to the call since `before`, and save its event_sequence."""
    messages = life_messages(call, before)
    if messages:
        call.save(update_fields=["event_sequence"])
        publish_many(messages)


def publish_update(call: Call, changed: Iterable[str]) -> None:
    """Publish call.updated; the row's event_sequence counts it already."""
    publish(call, UPDATED, data={"changed": sorted(changed)})
