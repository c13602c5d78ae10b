"""The livestreams API: `/client/v4/accounts/{account_id}/realtime/kit/…`, also without `/client/v4`."""

from typing import Any

from rest_framework import serializers

from liveplatform.api.error_codes import help_url
from liveplatform.api.surfaces import NOT_FOUND, Null, Problem, Surface
from sessions_app.api.livestreams.error_codes import ERROR_CODES

# Codes of Cloudflare's gateway.
AUTHENTICATION_ERROR, NO_ROUTE = 10000, 7003
NOT_YOURS = "There is no such account for this key: the account_id in the path must be the key's own."


class NativeErrorSerializer(serializers.Serializer[Any]):
    """An error as RealtimeKit writes it."""

    code = serializers.IntegerField(help_text="The HTTP status.")
    message = serializers.CharField()


class GatewayErrorSerializer(serializers.Serializer[Any]):
    """An error as Cloudflare's gateway writes it."""

    code = serializers.IntegerField(help_text="10000 for a key that is refused, 7003 for no such address.")
    message = serializers.CharField()
    documentation_url = serializers.URLField(help_text="The entry of the error reference.")


class LivestreamErrorBody(serializers.Serializer[Any]):
    """Both of the vendor's shapes in one: its older clients read `error`, its SDKs read `errors`."""

    success = serializers.BooleanField(help_text="false")
    error = NativeErrorSerializer()
    errors = GatewayErrorSerializer(many=True)  # type: ignore[assignment]
    messages = serializers.ListField(child=serializers.CharField(), max_length=0)
    result = Null()


def render(problem: Problem) -> dict[str, Any]:
    """The message of a 400 begins with `BAD_REQUEST:`, as the vendor has it, and names the field."""
    message = f"BAD_REQUEST: {problem.message}" if problem.status == 400 else problem.message
    entry = {
        "code": _gateway_code(problem),
        "message": message,
        "documentation_url": help_url(problem.code),
    }
    return {
        "success": False,
        "error": {"code": problem.status, "message": message},
        "errors": [entry],
        "messages": [],
        "result": None,
    }


def _gateway_code(problem: Problem) -> int:
    if problem.status in (401, 403):
        return AUTHENTICATION_ERROR
    return NO_ROUTE if problem.message in {NOT_FOUND, NOT_YOURS} else problem.status


LIVESTREAMS = Surface(
    "livestreams",
    tags={
        "Livestreams": "Rooms that are broadcast, in the form of Cloudflare's RealtimeKit.",
        "Livestream apps": "Apps and meetings of RealtimeKit.",
        "Livestream webhooks": "Who is told of an app's livestreams, signed with RSA.",
    },
    urls="sessions_app.api.livestreams.urls",
    paths=r"(/client/v4)?/accounts(/[^/]*/realtime(/.*)?)?|/client/v4(/.*)?",
    render=render,
    error_body=LivestreamErrorBody,
    error_codes=ERROR_CODES,
    enums={
        "LivestreamStatus": "sessions_app.models.Livestream.Status",
        "LivestreamRestStatus": "sessions_app.api.livestreams.serializers.REST_STATUS",
        "MeetingStatus": "sessions_app.models.Meeting.Status",
    },
)
