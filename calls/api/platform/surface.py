"""The surface of the platform's own API of calls, and the shape of errors at `/v1/calls`."""

from typing import Any

from calls.api.error_codes import ERROR_CODES
from calls.api.telephony.surface import TelephonyErrorBody
from calls.api.telephony.surface import render as render_envelope
from liveplatform.api.surfaces import ErrorBody, Problem, Surface, render_full

CALLS = Surface(
    "calls",
    tags={
        "Calls": "Every call of the account: list, export, end, steps, timeline, transcript, analysis.",
        "Streams": "Media streams of every kind: list and stop them.",
        "Phone numbers": "The account's phone numbers and the connections they belong to.",
    },
    urls="calls.api.platform.urls",
    error_codes=ERROR_CODES,
    enums={
        "CallStatus": "calls.models.Call.Status",
        "StreamKind": "calls.models.MediaStream.Kind",
        "StreamStatus": "calls.models.MediaStream.Status",
        "StreamOutcome": "calls.models.MediaStream.Outcome",
        "EndCode": "calls.models.end_code.EndCode",
        "ProviderWithRooms": "calls.adapters.ROOM_PROVIDERS",
    },
)


class CallsErrorBody(ErrorBody, TelephonyErrorBody):
    """An error at `/v1/calls`: the telephony envelope with the fields of the platform's own errors."""


def render_both(problem: Problem) -> dict[str, Any]:
    """`/v1/calls` serves a list of the platform's and a POST of the vendor's: one shape for both."""
    return render_envelope(problem) | render_full(problem)


LIST = Surface("platform", render=render_both, error_body=CallsErrorBody)
REGISTRATION = Surface("telephony", render=render_both, error_body=CallsErrorBody, prefixes_operations=True)
