"""Administration of sessions over REST, in the vendor's form."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import ADMIN
from liveplatform.api.pagination import keyset_page, page_parameters
from liveplatform.api.serializers import PageQuery
from sessions_app.api.admin_sessions import serializers as shapes
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.sessions.filters import select
from sessions_app.lifecycle.cancel import cancel_session, restore_session
from sessions_app.lifecycle.update import update_session
from sessions_app.lookup import sessions_of
from sessions_app.models import Registration, Session
from sessions_app.representation import AdminSessionSerializer


class AdminSessionViewSet(SessionsViewSet[Session]):
    """`/v1/admin/sessions`"""

    queryset = Session.objects.all()
    serializer_class = AdminSessionSerializer
    list_serializer_class = shapes.AdminSessionListSerializer
    query_serializer = shapes.AdminSessionQuery
    query_names = {"registrations": PageQuery.NAMES}
    lookup_url_kwarg = "session_id"
    not_found = "There is no such session in this account."
    tags = ["Session administration"]
    scopes = dict.fromkeys(("list", "partial_update", "registrations"), ADMIN)
    atomic_if_idempotent_actions = frozenset({"partial_update"})
    errors = {"partial_update": (412,)}

    def get_queryset(self) -> QuerySet[Session]:
        return sessions_of(self.caller.account_id, self.caller.brand_id)

    @extend_schema(
        summary="List sessions for their staff",
        description="By their time, the latest first. Filters can be combined.",
        responses=shapes.AdminSessionListSerializer,
    )
    def list(self, request: Request) -> Response:
        rows = select(self.get_queryset(), self.read_query(shapes.AdminSessionQuery))
        page, cursor = keyset_page(rows, request, "scheduled_at")
        written = [AdminSessionSerializer.write(session) for session in page]
        return Response(shapes.AdminSessionListSerializer.wrap(written, next_cursor=cursor))

    @extend_schema(
        summary="Change, reschedule, cancel or restore a session",
        description="All or nothing. `status` is cancelled, or scheduled to take a cancellation back, with a "
        "new `scheduled_at` if its time has passed; everybody registered is told.",
        request=shapes.AdminSessionChange,
    )
    def partial_update(self, request: Request, session_id: UUID) -> Response:
        changes = self.read(shapes.AdminSessionChange)
        with transaction.atomic():
            session = self._change(session_id, changes)
        return Response(AdminSessionSerializer.write(session))

    @extend_schema(
        summary="The roster of a session, newest first",
        parameters=page_parameters(),
        responses=shapes.AdminRosterSerializer,
    )
    @action(detail=True, methods=["get"])
    def registrations(self, request: Request, session_id: UUID) -> Response:
        rows = Registration.objects.filter(session=self.get_object())
        page, cursor = keyset_page(rows, request)
        written = [shapes.AdminRegistrationSerializer.write(row) for row in page]
        envelope = shapes.AdminRosterSerializer
        return Response(envelope.wrap(written, total=rows.count(), next_cursor=cursor))

    def _change(self, session_id: UUID, changes: dict[str, Any]) -> Session:
        """Restore it first, and cancel it last: other fields cannot be changed while it is cancelled."""
        status = changes.pop("status", None)
        if status == Session.Status.SCHEDULED:
            restore_session(session_id, self.caller, changes.get("scheduled_at"))
        session = update_session(session_id, self.caller, changes)
        if status == Session.Status.CANCELLED:
            session = cancel_session(session_id, self.caller)
        return session
