"""A session as a calendar file."""

from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from liveplatform.accounts.scopes import READ
from sessions_app.api.base import SessionsViewSet
from sessions_app.api.feed import calendar_response
from sessions_app.invitations.feed import session_entry
from sessions_app.invitations.ics import published
from sessions_app.lookup import get_session
from sessions_app.models import Session

CALENDAR = OpenApiResponse(OpenApiTypes.STR, description="iCalendar (RFC 5545) with METHOD:PUBLISH.")


class SessionCalendarViewSet(SessionsViewSet[Session]):
    """`/v1/sessions/{id}.ics`"""

    queryset = Session.objects.all()
    tags = ["Sessions"]
    scopes = {"list": READ}
    query_names = {"list": frozenset()}
    pagination_class = None

    @extend_schema(
        summary="Get a session as a calendar file",
        description="Its UID is the session's id for good, and SEQUENCE grows when its time, title or length "
        "changes. A cancelled session has STATUS:CANCELLED.",
        operation_id="sessions_calendar",
        responses={(200, "text/calendar"): CALENDAR},
    )
    def list(self, request: Request, session_id: UUID) -> HttpResponseBase:
        session = get_session(session_id, self.caller.account_id, self.caller.brand_id)
        return calendar_response(request, published(session_entry(session)), f"session-{session.pk}.ics")
