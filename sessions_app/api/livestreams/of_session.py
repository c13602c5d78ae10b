"""The livestream of a session, in the platform's own shape: for its hosts, who need not know RealtimeKit."""

from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api.serializers import StrictSerializer
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.livestreams.exceptions import to_api_exception
from sessions_app.api.livestreams.requests import StartRequest
from sessions_app.exceptions import SessionStateError
from sessions_app.livestreams.exceptions import NotPossible
from sessions_app.livestreams.meetings import meeting_of_session
from sessions_app.livestreams.representation import LivestreamRunSerializer
from sessions_app.livestreams.start import Wanted, last_run, start_livestream
from sessions_app.livestreams.stop import stop_livestream
from sessions_app.lookup import get_session, lock_session
from sessions_app.models import LivestreamSession, Meeting, Session

NEVER_STARTED = "The session has no livestream; POST here starts one."


class SessionLivestreamSerializer(LivestreamRunSerializer):
    """The livestream of a session. The ingest server and the stream key are null without write:live."""

    ingest_server = serializers.CharField(allow_null=True)
    stream_key = serializers.CharField(allow_null=True)


class SessionLivestreamRequest(StrictSerializer, StartRequest):
    """All of it is optional."""


class SessionLivestreamViewSet(SessionsViewSet[LivestreamSession]):
    """`/v1/sessions/{id}/livestream`"""

    queryset = LivestreamSession.objects.all()
    account_field = "livestream__account_id"
    serializer_class = SessionLivestreamSerializer
    pagination_class = None
    tags = ["Session livestreams"]
    scopes = {"list": READ, "create": WRITE, "stop": WRITE}
    lenient_actions = frozenset({"stop"})
    errors = {"list": (403, 404), "create": (404, 412, 502, 503), "stop": (404,)}

    def handle_exception(self, exc: Exception) -> Response:
        """What is not possible now is a 412 here, as everywhere at sessions."""
        own = SessionStateError(str(exc)) if isinstance(exc, NotPossible) else to_api_exception(exc)
        return super().handle_exception(own)

    @extend_schema(
        operation_id="sessions_livestream_retrieve",
        summary="The livestream of a session: the one that runs, or ran last",
        responses=SessionLivestreamSerializer,
    )
    def list(self, request: Request, session_id: UUID) -> Response:
        return Response(self._written(self._meeting(self._session())))

    @extend_schema(
        summary="Start the livestream of a live session",
        description="A livestream that runs already is answered, and no second is started. It is stopped "
        "when the session ends.",
        request=SessionLivestreamRequest,
        responses={201: SessionLivestreamSerializer},
    )
    def create(self, request: Request, session_id: UUID) -> Response:
        body = self.read(SessionLivestreamRequest)
        size = body.get("video_config") or {}
        self._session()
        with transaction.atomic():
            session = lock_session(session_id, self.caller.account_id, self.caller.brand_id)
            meeting = meeting_of_session(session)
        wanted = Wanted(self.caller.actor, body.get("name") or "", size.get("width"), size.get("height"))
        start_livestream(meeting, wanted)
        return Response(self._written(meeting), status=201)

    @extend_schema(
        summary="Stop the livestream of a session",
        description="Answered within four seconds with what is known: `outcome`. The stop is on record then, "
        "and is carried out.",
        request=None,
        responses=SessionLivestreamSerializer,
    )
    @action(detail=False, methods=["post"])
    def stop(self, request: Request, session_id: UUID) -> Response:
        meeting = self._meeting(self._session())
        stop_livestream(meeting, self.caller.actor)
        return Response(self._written(meeting))

    def _session(self) -> Session:
        """The session, if the caller is one of its hosts. Raises SessionNotFound and NotAllowed."""
        session = get_session(self.kwargs["session_id"], self.caller.account_id, self.caller.brand_id)
        self.caller.require_host_of(session)
        return session

    def _meeting(self, session: Session) -> Meeting:
        meetings = Meeting.objects.filter(session=session).order_by("created_at", "id")
        meeting = meetings.first()
        if meeting is None:
            raise NotFound(NEVER_STARTED)
        return meeting

    def _written(self, meeting: Meeting) -> dict[str, Any]:
        run = last_run(meeting)
        if run is None:
            raise NotFound(NEVER_STARTED)
        may_write = WRITE in self.principal.scopes
        return SessionLivestreamSerializer.write_fields(
            run,
            ingest_server=(run.livestream.ingest_server or None) if may_write else None,
            stream_key=(run.livestream.stream_key or None) if may_write else None,
        )
