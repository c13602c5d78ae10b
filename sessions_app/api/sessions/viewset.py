"""Sessions over REST, in the vendor's form."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls.api.state_only import blank_copy
from liveplatform.accounts.scopes import READ, WRITE
from liveplatform.api.pagination import keyset_page
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.sessions import serializers as shapes
from sessions_app.api.sessions.filters import is_ascending, select
from sessions_app.lifecycle.cancel import cancel_session
from sessions_app.lifecycle.create import create_session
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.lifecycle.update import update_session
from sessions_app.lookup import get_session, sessions_of
from sessions_app.models import Session
from sessions_app.registrations.lookup import is_registered, with_is_registered
from sessions_app.representation import SessionSerializer
from sessions_app.series.delete import delete_occurrence

# The identity and the state of a session, which every answer to a write has.
STATE = frozenset(
    ("id", "account_id", "status", "kind", "call_id", "created_at", "updated_at", "max_participants")
    + ("scheduled_at", "started_at", "ended_at", "cancelled_at")
)


class SessionBaseViewSet(SessionsViewSet[Session]):
    """Sessions of the caller's account and brand, with what they are to the caller."""

    queryset = Session.objects.all()
    serializer_class = SessionSerializer
    tags = ["Sessions"]

    def get_queryset(self) -> QuerySet[Session]:
        return sessions_of(self.caller.account_id, self.caller.brand_id)

    def _answer(self, session: Session, status: int = 200) -> Response:
        """The session; to a principal that may not read, only its state."""
        if READ not in self.principal.scopes:
            shown = SessionSerializer.write_fields(blank_copy(session, STATE), is_registered=False)
            return Response(shown, status=status)
        known = is_registered(session, self.caller.user_id)
        return Response(SessionSerializer.write_fields(session, is_registered=known), status=status)


class LiveSessionViewSet(SessionBaseViewSet):
    """`/v1/live/sessions`"""

    list_serializer_class = shapes.SessionListSerializer
    query_serializer = shapes.SessionListQuery
    scopes = {"list": READ}

    @extend_schema(
        summary="List sessions",
        description="By their time, the latest first; with `upcoming` or `month` the earliest first. "
        "Filters can be combined. `is_registered` is about the caller.",
        responses=shapes.SessionListSerializer,
    )
    def list(self, request: Request) -> Response:
        query = self.read_query(shapes.SessionListQuery)
        rows = with_is_registered(select(self.get_queryset(), query), self.caller.user_id)
        page, cursor = keyset_page(rows, request, "scheduled_at", ascending=is_ascending(query))
        written = [SessionSerializer.write(session) for session in page]
        return Response(shapes.SessionListSerializer.wrap(written, next_cursor=cursor))


class SessionViewSet(SessionBaseViewSet):
    """`/v1/sessions`"""

    lookup_url_kwarg = "session_id"
    scopes = {"retrieve": READ} | dict.fromkeys(
        ("create", "partial_update", "destroy", "start", "end", "cancel"), WRITE
    )
    atomic_if_idempotent_actions = frozenset({"create", "destroy", "end", "cancel"})
    bodyless_actions = frozenset({"destroy", "start"})
    unthrottled_actions = frozenset({"end"})
    errors = {
        "partial_update": (412,),
        "destroy": (412,),
        "start": (412, 502, 503),
        "end": (412,),
        "cancel": (412,),
    }

    @extend_schema(
        summary="Schedule a session",
        description="Unknown fields are ignored. A user creates sessions that it hosts; a key, and the scope "
        "admin:live, any. Its room is made when the join window opens, or at its start.",
        request=shapes.SessionRequest,
        responses={201: SessionSerializer},
    )
    def create(self, request: Request) -> Response:
        return self._answer(create_session(self.caller, self.read(shapes.SessionRequest)), status=201)

    @extend_schema(summary="Get a session")
    def retrieve(self, request: Request, session_id: UUID) -> Response:
        return self._answer(get_session(session_id, self.caller.account_id, self.caller.brand_id))

    @extend_schema(
        summary="Update a live session",
        description="Scheduled: all fields. Live: `title`, `metadata`, and `max_participants` upwards. Ended "
        "and cancelled: 412. A new time is told to everybody registered; more seats go to who waits. Unknown "
        "fields are ignored; without any, nothing changes.",
        request=shapes.SessionChange,
    )
    def partial_update(self, request: Request, session_id: UUID) -> Response:
        changes = self.read(shapes.SessionChange)
        return self._answer(update_session(session_id, self.caller, changes))

    @extend_schema(
        summary="Delete a session while nobody is registered",
        description="Somebody who waits is somebody, too: then cancel it. One that has begun is kept. "
        "A series leaves its day out from then on.",
    )
    def destroy(self, request: Request, session_id: UUID) -> Response:
        delete_occurrence(session_id, self.caller)
        return Response(status=204)

    @extend_schema(
        summary="Take a session live",
        description="Makes its room, if there is none yet, and opens it. Safe to repeat.",
        request=None,
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, session_id: UUID) -> Response:
        return self._answer(start_session(session_id, self.caller))

    @extend_schema(
        summary="End a live session, and its call",
        description="At once; workers hang up. Ending an ended session answers 200 with the same body.",
        request=shapes.ReasonRequest,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, session_id: UUID) -> Response:
        return self._answer(end_session(session_id, self.caller, **self._reason()))

    @extend_schema(
        summary="Cancel a session that has not begun",
        description="Everybody registered is told. Cancelling a cancelled session answers 200.",
        request=shapes.ReasonRequest,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, session_id: UUID) -> Response:
        return self._answer(cancel_session(session_id, self.caller, **self._reason()))

    def _reason(self) -> dict[str, Any]:
        return self.read(shapes.ReasonRequest)
