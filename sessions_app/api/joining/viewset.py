"""Joining a session over REST: the tokens for its room and its chat."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import WRITE
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.joining.serializers import ChatTokenSerializer, JoinSerializer, JoinTokenRequest
from sessions_app.exceptions import NotAllowed
from sessions_app.joining.chat import issue_chat_token
from sessions_app.joining.token import join_user
from sessions_app.lookup import get_session
from sessions_app.models import Session

OWN_NAME = "A user joins under their own id. An API key may join for any registered user."
USER = OpenApiParameter(
    "X-User-Id", str, OpenApiParameter.HEADER, description="The user, where an API key asks."
)


class JoiningViewSet(SessionsViewSet[Session]):
    """`/v1/sessions/{id}/join` and `/v1/sessions/{id}/chat-token`"""

    queryset = Session.objects.all()
    lookup_url_kwarg = "session_id"
    tags = ["Sessions"]
    scopes = {"join": WRITE, "chat_token": WRITE}
    errors = {"join": (412, 502, 503), "chat_token": (412, 503)}

    @extend_schema(
        summary="Join a session: a token for its room",
        description="For its hosts, and for those who are registered, from the join window before its start "
        "on, and while it is live. Makes the session's call if there is none yet. 412 with `reason` and "
        "`starts_at` otherwise.",
        request=JoinTokenRequest,
        responses=JoinSerializer,
    )
    @action(detail=True, methods=["post"])
    def join(self, request: Request, session_id: UUID) -> Response:
        user_id = self.read(JoinTokenRequest)["user_id"]
        if self.principal.kind != "key" and user_id != self.caller.user_id:
            raise NotAllowed(OWN_NAME)
        return Response(JoinSerializer.write(join_user(self.session(session_id), user_id)))

    @extend_schema(
        summary="A token for the chat of a session",
        description="For whoever may join it. The channel is made by the first client that opens it.",
        parameters=[USER],
        responses=ChatTokenSerializer,
    )
    @action(detail=True, url_path="chat-token")
    def chat_token(self, request: Request, session_id: UUID) -> Response:
        issued = issue_chat_token(self.session(session_id), self.user_id)
        return Response(ChatTokenSerializer.write(issued))

    def session(self, session_id: UUID) -> Session:
        """The session that the caller sees. Raises SessionNotFound."""
        return get_session(session_id, self.caller.account_id, self.caller.brand_id)
