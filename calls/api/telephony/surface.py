"""The telephony API: `/calls…`, and the same under `/v1`."""

from typing import Any

from rest_framework import serializers

from liveplatform.api.surfaces import Null, Problem, Surface


class TelephonyErrorBody(serializers.Serializer[dict[str, Any]]):
    """An error in the telephony surface's envelope."""

    status = serializers.CharField(help_text="error")
    message = serializers.CharField(help_text="A readable message: the error and the remedy.")
    data = Null(help_text="null")  # type: ignore[assignment]
    error = serializers.CharField(help_text="A machine-readable code, for example not_found.")


def render(problem: Problem) -> dict[str, Any]:
    """The vendor's envelope `{status, message, data}`, with the platform's code as `error`."""
    return {"status": "error", "message": problem.message, "data": None, "error": problem.code}


# /v1/calls itself, and what lies below one call there, belong to the platform.
PATHS = r"/calls(/.*)?|/v1/calls/[^/]+|(/v1)?/phone_number|(/v1)?/ai-agent(/[^/]+)?"

TELEPHONY = Surface(
    "telephony",
    urls="calls.api.telephony.urls",
    paths=PATHS,
    render=render,
    error_body=TelephonyErrorBody,
    prefixes_operations=True,
    tags={"Telephony calls": "Phone calls in the vendor's form: make, list and end them; numbers, agents."},
)
