"""The attendance of a session over REST: for its hosts, as JSON and as CSV."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from liveplatform.accounts.scopes import READ
from liveplatform.api.csv_format import csv_response
from liveplatform.api.pagination import keyset_page
from sessions_app.api.attendance import serializers as shapes
from sessions_app.api.base import SessionsViewSet
from sessions_app.attendance.people import Attendee, attendees, hosts, seated
from sessions_app.attendance.settle import counts_of, is_settled
from sessions_app.lookup import get_session
from sessions_app.models import Registration, Session

COLUMNS = (
    *("user_id", "patient_id", "email", "name", "role"),
    *("attended", "minutes", "first_joined_at", "last_left_at"),
)
CSV = OpenApiResponse(OpenApiTypes.STR, description="Column names, the hosts, and a line per person.")
BATCH = 1000


class AttendanceViewSet(SessionsViewSet[Registration]):
    """`/v1/sessions/{id}/attendance`"""

    queryset = Registration.objects.all()
    account_field = "session__account_id"
    serializer_class = shapes.AttendanceSerializer
    list_serializer_class = shapes.AttendancePageSerializer
    query_serializer = shapes.AttendanceQuery
    tags = ["Sessions"]
    scopes = {"list": READ}
    errors = {"list": (403, 404)}

    @extend_schema(
        summary="Who came to a session, and for how long",
        description="For its hosts, API keys and the scope admin:live. While the session is live, and until "
        "`attendance.ready`, it says what is known so far.",
        responses={
            (200, "application/json"): shapes.AttendancePageSerializer,
            (200, "text/csv"): CSV,
        },
    )
    def list(self, request: Request, session_id: UUID) -> Response | HttpResponse:
        query = self.read_query(shapes.AttendanceQuery)
        session = get_session(session_id, self.caller.account_id, self.caller.brand_id)
        self.caller.require_host_of(session)
        if query.get("format") == "csv":
            lines = (_line(each) for each in _everybody(session))
            return csv_response(f"attendance-{session.pk}.csv", COLUMNS, lines)
        page, cursor = keyset_page(seated(session), request, ascending=True)
        answer = shapes.AttendancePageSerializer.write_fields(
            attendance=attendees(session, page),
            hosts=hosts(session),
            is_settled=is_settled(session),
            next_cursor=cursor,
            **counts_of(session)._asdict(),
        )
        return Response(answer)


def _everybody(session: Session) -> Iterator[Attendee]:
    """The hosts, then all registered people, read in batches."""
    yield from hosts(session)
    rows, batch = seated(session).order_by("created_at", "id"), []
    for row in rows.iterator(BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            yield from attendees(session, batch)
            batch = []
    yield from attendees(session, batch)


def _line(attendee: Attendee) -> list[Any]:
    """Of a host without a registration the identity is the user's id."""
    person = attendee.registration or Registration(user_id=attendee.identity)
    about = [person.user_id, person.patient_id, person.email, person.name, attendee.role.value]
    times = [attendee.first_joined_at, attendee.last_left_at]
    return [*about, attendee.attended, attendee.minutes, *times]
