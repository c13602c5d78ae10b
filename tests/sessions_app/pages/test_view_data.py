"""What pages show of a session."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from sessions_app.pages.view_data import view_of, views_of
from tests.sessions_app.factories import session

AT = datetime(2030, 7, 1, 16, 0, tzinfo=UTC)


def test_times(account):
    view = view_of(session(account, scheduled_at=AT, timezone="Asia/Tokyo", duration_minutes=90))
    assert view.period == "Tuesday, 2 July 2030, 01:00 to 02:30 (Asia/Tokyo, UTC+09:00)"
    assert view.utc == "Monday, 1 July 2030, 16:00 (UTC)"
    assert view_of(session(account, scheduled_at=AT)).utc == ""


def test_links_of_calendars(account):
    view = view_of(session(account, scheduled_at=AT, title="A & B?", duration_minutes=30))
    google, outlook = (parse_qs(urlsplit(url).query) for url in (view.google, view.outlook))
    assert (google["text"], google["dates"]) == (["A & B?"], ["20300701T160000Z/20300701T163000Z"])
    assert (outlook["startdt"], outlook["enddt"]) == (["2030-07-01T16:00:00Z"], ["2030-07-01T16:30:00Z"])


def test_who_waits_goes_first(account):
    assert not view_of(session(account)).is_full
    assert view_of(session(account, waitlist_count=1)).is_full
    assert view_of(session(account, max_participants=1, registered_count=1)).is_full


def test_registration_that_has_closed(account):
    closed = session(account, registration_closes_at=timezone.now() - timedelta(hours=1))
    assert view_of(closed).closed.startswith("Registration closed on ")
    assert view_of(session(account)).closed == ""


def test_many(account):
    views = views_of([session(account, metadata={"host_name": "Dr. Ruiz"}), session(account)])
    assert [view.host for view in views] == ["Dr. Ruiz", "host-1"]
