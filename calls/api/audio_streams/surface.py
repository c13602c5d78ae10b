"""The audio-streams API: `/api/v1/Account/{auth_id}/Call…` as Vobiz has it, `/v1/Account/…` as Plivo has it.

Their errors are the same, `{api_id, error}`, so it is one surface. What differs between the two is in the
answers of start and list, and so in the viewsets (streams.py).
"""

from typing import Any

from rest_framework import serializers

from liveplatform.api.error_codes import request_id
from liveplatform.api.surfaces import Problem, Surface


class AudioStreamsErrorBody(serializers.Serializer[dict[str, Any]]):
    """An error as Vobiz and Plivo have it. Its machine-readable code is in the Link header."""

    api_id = serializers.CharField(help_text="The request's id, as in the X-Request-ID header.")
    error = serializers.CharField(help_text="A readable message: the error and the remedy.")


def render(problem: Problem) -> dict[str, Any]:
    """`{api_id, error}`: both SDKs show the text, and nothing else of it."""
    return {"api_id": request_id(), "error": problem.message}


AUDIO_STREAMS = Surface(
    "audio_streams",
    urls="calls.api.audio_streams.urls",
    paths=r"/(api/)?v1/Account(/.*)?",
    render=render,
    error_body=AudioStreamsErrorBody,
    prefixes_operations=True,
    tags={
        "Audio streams": "A phone call's audio, forked to a WebSocket, in the form of Vobiz and Plivo.",
        "Phone calls": "Make, look at and hang up phone calls, in the form of Vobiz and Plivo.",
    },
)
