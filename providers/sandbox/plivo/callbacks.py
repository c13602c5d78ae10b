"""Callbacks of Plivo and Vobiz about calls and streams, written and signed as they do.

Sources: docs.vobiz.ai/xml/request, docs.vobiz.ai/xml/stream, docs.vobiz.ai/concepts/validating-callbacks.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from providers.plivo.signature import FORM_CONTENT_TYPE, Signature, base_url, sign, signed_by_plivo
from providers.sandbox.callback_queue import OutgoingEvent
from providers.sandbox.forker import ForkEvent
from providers.sandbox.plivo.resources import cause, talk_seconds

EVENTS = {
    "started": "StartStream",
    "stopped": "StopStream",
    "dropped": "DroppedStream",
    "degraded": "DegradedStream",
    "played": "PlayedStream",
    "cleared": "ClearedAudio",
}
ERRORS = {
    "dropped": "connection disconnected with the remote service",
    "degraded": "connection degraded",
}
# Attempts at a callback that is not answered with a 2xx.
TRIES = 3


class Callbacks:
    """Those of one company."""

    def __init__(self, signature: Signature, *, signs_form: bool) -> None:
        self.signature, self.signs_form = signature, signs_form

    def headers(self, token: str, url: str, form: Mapping[str, str]) -> dict[str, str]:
        """The form's content type, and both signatures."""
        nonce, name = f"{secrets.randbelow(10**20):020d}", f"X-{self.signature.company.title()}-Signature"
        signed = signed_by_plivo(url, form) if self.signs_form else base_url(url)
        return {
            "Content-Type": FORM_CONTENT_TYPE,
            f"{name}-V2": sign(token, base_url(url), nonce),
            f"{name}-V2-Nonce": nonce,
            f"{name}-V3": sign(token, signed, nonce, "v3"),
            f"{name}-V3-Nonce": nonce,
        }

    def of_call(self, call: Mapping[str, Any], token: str, url: str, event: str) -> OutgoingEvent:
        """Ring, Hangup, or MachineDetection."""
        return self._event(token, url, call["call_uuid"], event, call_form(call, event))

    def of_stream(
        self, row: Mapping[str, Any], call: Mapping[str, Any], token: str, event: ForkEvent
    ) -> OutgoingEvent:
        """The request to a stream's status_callback_url."""
        form = stream_form(row, call, event)
        return self._event(token, row["status_callback_url"], row["stream_id"], form["Event"], form)

    def _event(
        self, token: str, url: str, resource: str, event: str, form: Mapping[str, str]
    ) -> OutgoingEvent:
        headers = self.headers(token, url, form)
        return OutgoingEvent(event, resource, url, headers, urlencode(form).encode(), tries=TRIES)


def call_form(call: Mapping[str, Any], event: str) -> dict[str, str]:
    """The parameters of a request about a call; `event` is StartApp, Ring, Hangup or MachineDetection."""
    form = {
        "Event": event,
        "CallUUID": call["call_uuid"],
        "RequestUUID": call["call_uuid"],
        "ALegUUID": call["call_uuid"],
        "ALegRequestUUID": call["call_uuid"],
        "From": call["from"].lstrip("+"),
        "To": call["to"].lstrip("+"),
        "CallStatus": call["status"],
        "Direction": "outbound",
        "ParentAuthID": call["account"],
    }
    if event == "Hangup":
        code, name = cause(call)
        seconds = str(talk_seconds(call))
        form |= {"HangupCause": "NORMAL_CLEARING", "HangupCauseCode": str(code), "HangupCauseName": name}
        form |= {"HangupSource": call["source"], "Duration": seconds, "BillDuration": seconds}
    if event == "MachineDetection":
        form["Machine"] = str(call["answered_by"] == "machine").lower()
    return form


def stream_form(row: Mapping[str, Any], call: Mapping[str, Any], event: ForkEvent) -> dict[str, str]:
    """The parameters of a request about a stream."""
    form = {
        "Event": EVENTS[event.kind],
        "CallUUID": row["_call"],
        "StreamID": row["stream_id"],
        "From": call.get("from", "").lstrip("+"),
        "To": call.get("to", "").lstrip("+"),
        "Timestamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        "ParentAuthID": row["account"],
        "status_callback_url": row["status_callback_url"],
        "status_callback_method": row["status_callback_method"],
        "Error": ERRORS.get(event.kind, ""),
    }
    if event.kind == "started":
        form["ServiceURL"] = row["service_url"]
    if event.kind == "played":
        form["Name"] = event.name
    return form
