"""Rows of this app for tests/api/test_tenants.py: one of each kind whose id is in a URL."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from liveplatform.accounts.models import Account
from sessions_app.models import Question, Registration, Series, Session

LISTS = (
    "/v1/live/sessions",
    "/v1/admin/sessions",
    "/v1/session-series",
)
# By a word of the path; the first that fits.
BODIES: dict[str, object] = {
    "/vote": None,
    "/questions/": {},
    "/questions": {"body": "Why?"},
    "/approve": {"registration_ids": [str(UUID(int=0))]},
    "/deny": {"registration_ids": [str(UUID(int=0))]},
    "/join": {"user_id": "anna"},
}


def ids(account: Account) -> dict[str, object]:
    """The id of one of the account's rows, by the name of the path parameter."""
    at = timezone.now() + timedelta(days=1)
    details = {"brand_id": "theirs", "host_id": "host", "title": "theirs", "max_participants": 5}
    session = Session.objects.create(account=account, scheduled_at=at, registered_count=1, **details)
    person = {"person_key": "user:anna", "user_id": "anna", "email": "anna@example.com"}
    registration = Registration.objects.create(session=session, **person)
    question = Question.objects.create(session=session, asker_user_id="anna", body="Why?")
    series = Series.objects.create(account=account, starts_at=at, rule="FREQ=WEEKLY;COUNT=3", **details)
    return {
        "session_id": session.pk,
        "registration_id": registration.pk,
        "question_id": question.pk,
        "series_id": series.pk,
    }
