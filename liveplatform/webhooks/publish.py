"""Publish events: each is stored with a delivery for every endpoint that subscribes to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from liveplatform.db.uuid7 import uuid7
from liveplatform.json_codec import dumps
from liveplatform.webhooks.models import Delivery
from liveplatform.webhooks.sql import insert_events
from liveplatform.work.doorbell import ring


@dataclass(frozen=True, slots=True)
class EventMessage:
    """An event to publish: number `sequence` of the events about the subject."""

    account_id: UUID
    subject_id: UUID
    sequence: int
    type: str
    data: dict[str, Any]
    only_endpoint: UUID | None = None  # send to this endpoint alone, whatever it subscribes to
    except_endpoint: UUID | None = None  # send to all that subscribe, but not to this endpoint
    id: UUID | None = None  # derived from what it is about: an event that is published again is not stored


def publish(account_id: UUID, subject_id: UUID, sequence: int, type: str, data: dict[str, Any]) -> None:
    """Publish one event in the caller's transaction."""
    publish_many([EventMessage(account_id, subject_id, sequence, type, data)])


def publish_many(messages: Sequence[EventMessage]) -> None:
    """Publish several events with one statement, in the caller's transaction."""
    if not messages:
        return
    columns: dict[str, list[Any]] = {
        "ids": [message.id or uuid7() for message in messages],
        "account_ids": [message.account_id for message in messages],
        "subject_ids": [message.subject_id for message in messages],
        "sequences": [message.sequence for message in messages],
        "types": [message.type for message in messages],
        "bodies": [_body(message) for message in messages],
        "only": [message.only_endpoint for message in messages],
        "except": [message.except_endpoint for message in messages],
    }
    if insert_events(columns):
        ring(Delivery.queue)


def _body(message: EventMessage) -> str:
    """The body of the message as Standard Webhooks has it, with `sequence` added."""
    timestamp = datetime.now(UTC)
    body = {"type": message.type, "timestamp": timestamp, "sequence": message.sequence, "data": message.data}
    return dumps(body).decode()
