"""GetStream's webhooks, written and signed as Stream does."""

import gzip
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from providers.sandbox.callback_queue import OutgoingEvent
from providers.sandbox.getstream.resources import public


def getstream_event(
    app: Mapping[str, Any],
    event_type: str,
    room: Mapping[str, Any],
    **fields: Any,  # noqa: ANN401 - of the event
) -> OutgoingEvent:
    """The request to an app's webhook: signed before compression, sent up to three times."""
    event = {"type": event_type, "created_at": time.time_ns(), "call_cid": room["cid"]} | fields
    if event_type != "call.recording_ready":
        event["call"] = public(room)
    body = json.dumps(event).encode()
    headers = {
        "Content-Type": "application/json",
        "X-API-KEY": app["key"],
        "X-WEBHOOK-ID": secrets.token_hex(16),
        "X-SIGNATURE": hmac.new(app["secret"].encode(), body, hashlib.sha256).hexdigest(),
    }
    if app["zip"]:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    return OutgoingEvent(
        event_type, room["id"], app["url"], headers, body, tries=3, attempt_header="X-WEBHOOK-ATTEMPT"
    )
