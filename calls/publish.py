"""Publishes the events of a call's life, in the transaction of the change that they are about.

The call must be locked, or written by this transaction: the number of an event is taken from its row.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from calls.models.call import Call
from calls.representation import CallSerializer
from liveplatform.webhooks.publish import EventMessage, publish_many

CREATED = "call.created"
RINGING = "call.ringing"
ANSWERED = "call.answered"
STARTED = "call.started"
ERRORED = "call.errored"
UPDATED = "call.updated"


def message(call: Call, event_type: str, data: Mapping[str, Any] | None = None) -> EventMessage:
    """The next event of this call; the caller saves its event_sequence and publishes the message."""
    call.event_sequence += 1
    body = {"call": CallSerializer.write(call), **(data or {})}
    return EventMessage(call.account_id, call.pk, call.event_sequence, event_type, body)


def updated(call: Call, changed: Iterable[str]) -> EventMessage:
    """`call.updated` with the names of the fields that changed; otherwise as `message`."""
    return message(call, UPDATED, {"changed": sorted(changed)})


def publish(call: Call, *event_types: str) -> None:
    """Publish events of these types about the call, in this order, and save its event_sequence."""
    messages = [message(call, event_type) for event_type in event_types]
    if messages:
        call.save(update_fields=["event_sequence"])
        publish_many(messages)


def publish_update(call: Call, changed: Iterable[str]) -> None:
    """Publish call.updated, and save the call's event_sequence."""
    told = updated(call, changed)
    call.save(update_fields=["event_sequence"])
    publish_many([told])
