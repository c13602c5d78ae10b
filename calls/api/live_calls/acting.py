"""What is done to a live call while it runs: taking it live, and letting clients in."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.base import CallsView
from calls.api.live_calls.serializers import LiveCallSerializer, TokenRequest, TokenSerializer, live_call
from calls.api.live_calls.surface import LIVE
from calls.api.live_calls.viewset import TAGS
from calls.lifecycle.join_token import issue_join_token
from calls.lifecycle.start import start
from liveplatform.api.exceptions import error_responses


class LiveCallStartView(CallsView):
    """`/v1/live/calls/{id}/start`"""

    surface = LIVE
    scopes = {"POST": "write:live"}

    @extend_schema(
        operation_id="live_calls_start",
        tags=TAGS,
        summary="Take a scheduled call live",
        description="Opens the provider's backstage first, where there is one. Safe to repeat.",
        request=None,
        responses={200: LiveCallSerializer, **error_responses("live", 404, 412, 502, 503)},
    )
    def post(self, request: Request, call_id: UUID) -> Response:
        principal = self.principal
        return Response(live_call(start(call_id, account_id=principal.account_id, actor=principal.label)))


class LiveCallTokenView(CallsView):
    """`/v1/live/calls/{id}/token`"""

    surface = LIVE
    scopes = {"POST": "write:live"}

    @extend_schema(
        operation_id="live_calls_token",
        tags=TAGS,
        summary="Mint a token that lets a user's client into this call",
        description="For this user and this call only. It is made here; the provider is not asked.",
        request=TokenRequest,
        responses={200: TokenSerializer, **error_responses("live", 400, 404, 412, 503)},
    )
    def post(self, request: Request, call_id: UUID) -> Response:
        body = TokenRequest(data=request.data)
        body.is_valid(raise_exception=True)
        user_id, seconds = body.validated_data["user_id"], body.validated_data["ttl_seconds"]
        admitted = issue_join_token(
            call_id, account_id=self.principal.account_id, user_id=user_id, seconds=seconds
        )
        return Response(
            {
                "token": admitted.token,
                "stream_call_id": admitted.call.provider_call_id,
                "stream_call_type": admitted.call.stream_call_type,
                "expires_in_seconds": seconds,
            }
        )
