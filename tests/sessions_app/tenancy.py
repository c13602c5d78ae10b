"""Rows of this app for tests/api/test_tenants.py: one of each kind whose id is in a URL."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from calls.models import MediaStream
from liveplatform.accounts.models import Account
from sessions_app.models import (
    App,
    Livestream,
    LivestreamSession,
    LivestreamWebhook,
    Meeting,
    Question,
    Registration,
    Series,
    Session,
)

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
    app = App.objects.create(account=account, name="theirs")
    meeting = Meeting.objects.create(account=account, app=app)
    livestream = Livestream.objects.create(account=account, app=app, meeting=meeting)
    kind = MediaStream.Kind.LIVESTREAM
    run = MediaStream.objects.create(account=account, kind=kind, max_seconds=60, expires_at=at)
    LivestreamSession.objects.create(stream=run, livestream=livestream)
    hook = {"name": "theirs", "url": "https://example.com/", "events": ["meeting.started"]}
    return {
        "account_id": account.account_id,
        "app_id": app.app_id,
        "meeting_id": meeting.pk,
        "livestream_id": livestream.pk,
        "livestream_session_id": run.pk,
        "webhook_id": LivestreamWebhook.objects.create(account=account, app=app, **hook).pk,
        "session_id": session.pk,
        "registration_id": registration.pk,
        "question_id": question.pk,
        "series_id": series.pk,
    }
