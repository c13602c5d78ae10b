"""The roster of a session as CSV."""

from typing import Any

from django.http import HttpResponse

from liveplatform.api.csv_format import csv_response
from sessions_app.models import Registration, Session

MAX_ROWS = 100_000
COLUMNS = (
    *("id", "status", "role", "user_id", "patient_id", "name", "email", "timezone", "registered_at"),
    *("waitlist_number", "promoted_at", "cancelled_at", "attended_seconds", "answers"),
)


def roster_of(session: Session) -> list[tuple[Any, ...]]:
    """Everybody who is or was registered, in this order: the values of COLUMNS."""
    rows = Registration.objects.filter(session=session).order_by("created_at", "id")
    return list(rows.values_list(*COLUMNS)[:MAX_ROWS])


def roster_response(session: Session, people: list[tuple[Any, ...]]) -> HttpResponse:
    """The roster as a file, without formulas; the name says so if it is not all of it."""
    part = f"-first-{MAX_ROWS}" if len(people) == MAX_ROWS else ""
    return csv_response(f"roster-{session.pk}{part}.csv", COLUMNS, people)
