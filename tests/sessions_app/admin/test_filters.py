"""Filters of the list of sessions: open ones that need attention."""

from datetime import timedelta

from django.utils import timezone

from tests.sessions_app.factories import session

LIST = "sessions_app/session"


def test_filters_find_open_sessions(staff, account):
    late = session(account, title="late one", scheduled_at=timezone.now() - timedelta(hours=2))
    session(account, title="waited for", status="live", waitlist_count=2)
    session(account, title="past one", status="ended")
    found = {
        name: [t for t in ("late one", "waited for", "past one") if t in page(staff, attention=name)]
        for name in ("live", "scheduled", "waitlist", "overdue")
    }
    assert found == {
        "live": ["waited for"],
        "scheduled": ["late one"],
        "waitlist": ["waited for"],
        "overdue": ["late one"],
    }
    found = page(staff, q=str(late.pk))
    assert "late one" in found and "waited for" not in found


def page(client, **query) -> str:
    return client.get(f"/admin/{LIST}/", query).content.decode()
