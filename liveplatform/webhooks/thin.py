"""Thin messages: what happened to which object, for receivers that read the rest from the API.

Standard Webhooks 1.0.0, "Thin payloads". Made of the stored body at each attempt, so it must not change: the
bytes of a message are the same at every attempt and every resend.
"""

from typing import Any

import orjson

from liveplatform.webhooks.models import Payload

# What is kept of each object of `data`: its id, and its state by whichever name it has.
KEPT = ("id", "status", "state", "is_enabled")


def body_for(payload: str, body: str) -> bytes:
    """The bytes of a message with this stored body, for an endpoint that wants full or thin ones."""
    return thin_body(body) if payload == Payload.THIN else body.encode()


def thin_body(body: str) -> bytes:
    """The body of an event with ids and states only: `"data": {"call": {"id": …, "status": …}}`."""
    whole = orjson.loads(body)
    objects = {name: value for name, value in whole["data"].items() if isinstance(value, dict)}
    data = {name: _thin(value) for name, value in objects.items() if "id" in value}
    return orjson.dumps({**whole, "data": data})


def _thin(value: dict[str, Any]) -> dict[str, Any]:
    return {name: value[name] for name in KEPT if name in value}
