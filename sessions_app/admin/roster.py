"""The roster of a session as CSV."""

from calls.api.platform.renderers import csv_rows
from sessions_app.models import Registration, Session

MAX_ROWS = 100_000
COLUMNS = (
    *("id", "status", "role", "user_id", "patient_id", "name", "email", "timezone", "registered_at"),
    *("waitlist_number", "promoted_at", "cancelled_at", "attended_seconds", "answers"),
)


def roster_csv(session: Session) -> tuple[bytes, int]:
    """The CSV (RFC 4180, formulas escaped) in the order of registration, and its number of people."""
    rows = Registration.objects.filter(session=session).order_by("created_at", "id").values_list(*COLUMNS)
    people = list(rows[:MAX_ROWS])
    return csv_rows([COLUMNS, *people]), len(people)
