"""Live calls over REST (seed 000). Nothing is decided here."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsView
from calls.api.live_calls.filters import filter_parameters, parse_filter
from calls.api.live_calls.serializers import (
    LiveCallChange,
    LiveCallListSerializer,
    LiveCallRequest,
    LiveCallSerializer,
    LiveCallWithStatusSerializer,
    live_call,
)
from calls.api.live_calls.surface import LIVE
from calls.filters.page_request import PageRequest
from calls.filters.planner import fetch_page
from calls.lifecycle.create_video import VideoCallRequest, create_video_call
from calls.lifecycle.end import get_call
from calls.lifecycle.end_strict import end_strictly
from calls.lifecycle.live_status import live_status
from calls.lifecycle.update import update_call
from calls.models import Call
from liveplatform.api.exceptions import error_responses
from liveplatform.api.pagination import parse_page, slice_page

TAGS = ["Live calls"]


class LiveCallsView(CallsView):
    """`/v1/live/calls`"""

    surface = LIVE
    scopes = {"GET": "read:live", "POST": "write:live"}

    @extend_schema(
        operation_id="live_calls_create",
        tags=TAGS,
        summary="Create a Stream-backed call",
        description="Live at once, or scheduled if `scheduled_at` is given. Unknown fields are ignored.",
        request=LiveCallRequest,
        responses={201: LiveCallSerializer, **error_responses("live", 400, 502, 503)},
    )
    def post(self, request: Request) -> Response:
        body = LiveCallRequest(data=request.data)
        body.is_valid(raise_exception=True)
        call = create_video_call(
            self.principal.account_id, VideoCallRequest(**body.validated_data, actor=self.principal.label)
        )
        return Response(live_call(call), status=201)

    @extend_schema(
        operation_id="live_calls_list",
        tags=TAGS,
        summary="List live calls, newest first",
        parameters=filter_parameters(),
        responses={200: LiveCallListSerializer, **error_responses("live", 400)},
    )
    def get(self, request: Request) -> Response:
        limit, after = parse_page(request)
        wanted = PageRequest(
            self.principal.account_id, parse_filter(request.query_params), limit=limit + 1, after=after
        )
        calls, cursor = slice_page(fetch_page(wanted), limit)
        return Response({"calls": [live_call(call) for call in calls], "next_cursor": cursor})


class LiveCallView(CallsView):
    """`/v1/live/calls/{id}`"""

    surface = LIVE
    scopes = {"GET": "read:live", "PATCH": "write:live"}

    @extend_schema(
        operation_id="live_calls_get",
        tags=TAGS,
        summary="Get a call, with its live status at the provider",
        description="`live` is best effort: null when the provider gives no answer within two seconds.",
        responses={200: LiveCallWithStatusSerializer, **error_responses("live", 404)},
    )
    def get(self, request: Request, call_id: UUID) -> Response:
        call = get_call(call_id, self.principal.account_id, Call.Channel.VIDEO)
        said = live_status(call)
        return Response(live_call(call) | {"live": asdict(said) if said else None})

    @extend_schema(
        operation_id="live_calls_change",
        tags=TAGS,
        summary="Change a call that has not ended",
        description=(
            "Its title, time, metadata or time limit. The provider learns a new title or time, best effort."
        ),
        request=LiveCallChange,
        responses={200: LiveCallSerializer, **error_responses("live", 400, 404, 412)},
    )
    def patch(self, request: Request, call_id: UUID) -> Response:
        body = LiveCallChange(data=request.data)
        body.is_valid(raise_exception=True)
        principal = self.principal
        call = update_call(
            call_id, account_id=principal.account_id, actor=principal.label, changes=body.validated_data
        )
        return Response(live_call(call))


class LiveCallEndView(CallsView):
    """`/v1/live/calls/{id}/end`"""

    surface = LIVE
    scopes = {"POST": "write:live"}
    rate_limited = False

    @extend_schema(
        operation_id="live_calls_end",
        tags=TAGS,
        summary="End the Stream call and finalize the row",
        description=(
            "Strict: the provider is asked within the request. On 502 and 503 the wish to end is kept and "
            "carried on by the workers; ask again to see how it went. Ending an ended call answers 200 "
            "with the same body."
        ),
        request=None,
        responses={200: LiveCallSerializer, **error_responses("live", 404, 502, 503)},
    )
    def post(self, request: Request, call_id: UUID) -> Response:
        principal = self.principal
        call = end_strictly(
            call_id, account_id=principal.account_id, actor=principal.label, channel=Call.Channel.VIDEO
        )
        return Response(live_call(call))
