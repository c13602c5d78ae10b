"""Live calls over REST."""

from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallListMixin
from calls.api.live_calls import serializers as shapes
from calls.api.live_calls.filters import filter_parameters, parse_filter
from calls.api.live_calls.surface import LIVE
from calls.filters import CallFilter
from calls.lifecycle.create_video import VideoCallRequest, create_video_call
from calls.lifecycle.end_strict import end_strictly
from calls.lifecycle.join_token import issue_join_token
from calls.lifecycle.live_status import live_status
from calls.lifecycle.start import start
from calls.lifecycle.update import update_call
from calls.models import Call
from liveplatform.accounts.scopes import READ, WRITE


@extend_schema_view(
    list=extend_schema(summary="List live calls, newest first", parameters=filter_parameters())
)
class LiveCallViewSet(CallListMixin):
    """`/v1/live/calls`"""

    queryset = Call.objects.filter(channel=Call.Channel.VIDEO)
    serializer_class = shapes.LiveCallSerializer
    list_serializer_class = shapes.LiveCallListSerializer
    surface = LIVE
    tags = ["Live calls"]
    scopes = {"list": READ, "retrieve": READ} | dict.fromkeys(
        ("create", "partial_update", "end", "start", "token"), WRITE
    )
    query_names = {"list": None}
    bodyless_actions = frozenset({"start"})
    lenient_actions = unthrottled_actions = frozenset({"end"})
    errors = {
        "create": (502, 503),
        "partial_update": (412,),
        "end": (502, 503),
        "start": (412, 502, 503),
        "token": (412, 503),
    }

    def call_filter(self) -> CallFilter:
        return parse_filter(self.request.query_params)

    @extend_schema(
        summary="Create a Stream-backed call",
        description="Live at once, or scheduled if `scheduled_at` is given.",
        request=shapes.LiveCallRequest,
    )
    def create(self, request: Request) -> Response:
        parameters = VideoCallRequest(**self.read(shapes.LiveCallRequest), actor=self.principal.label)
        call = create_video_call(self.principal.account_id, parameters)
        return _answer(self.shown(call, "provider_call_id", "stream_call_type"), status=201)

    @extend_schema(
        summary="Get a call, with its live status at the provider",
        description="`live` is best effort: null when the provider gives no answer within two seconds.",
        responses=shapes.LiveCallWithStatusSerializer,
    )
    def retrieve(self, request: Request, call_id: UUID) -> Response:
        call = self.get_object()
        return Response(shapes.LiveCallWithStatusSerializer.write_fields(call, live=live_status(call)))

    @extend_schema(
        summary="Change a call that has not ended",
        description=(
            "Its title, time, metadata or time limit. The provider gets a new title or time, best effort."
        ),
        request=shapes.LiveCallChange,
    )
    def partial_update(self, request: Request, call_id: UUID) -> Response:
        changes = self.read(shapes.LiveCallChange)
        return _answer(self.shown(update_call(call_id, changes=changes, **self.requester)))

    @extend_schema(
        summary="End the Stream call and finalize the row",
        description=(
            "Strict: the provider is asked within the request. On 502 and 503 the end request is stored and "
            "workers complete it; repeat the request to see the result. Ending an ended call answers 200 "
            "with the same body."
        ),
        request=None,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, call_id: UUID) -> Response:
        call = end_strictly(call_id, channel=Call.Channel.VIDEO, **self.requester)
        return _answer(self.shown(call))

    @extend_schema(
        summary="Take a scheduled call live",
        description="Opens the provider's backstage first, where there is one. Safe to repeat.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, call_id: UUID) -> Response:
        return _answer(self.shown(start(call_id, **self.requester)))

    @extend_schema(
        summary="Mint a token that lets a user's client into this call",
        description="It adds access to this call for this user, in the given role. A LiveKit token is good "
        "for this call only. A GetStream token takes no other access away: where the app's permissions let "
        "every user join calls, its bearer may join others too. It is issued without asking the provider.",
        request=shapes.TokenRequest,
        responses=shapes.TokenSerializer,
    )
    @action(detail=True, methods=["post"])
    def token(self, request: Request, call_id: UUID) -> Response:
        data = self.read(shapes.TokenRequest)
        issued = issue_join_token(call_id, account_id=self.principal.account_id, **data)
        return Response(shapes.TokenSerializer.write(issued))


def _answer(call: Call, status: int = 200) -> Response:
    return Response(shapes.LiveCallSerializer.write(call), status=status)
