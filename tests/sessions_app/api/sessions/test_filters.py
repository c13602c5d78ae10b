"""GET /v1/live/sessions: every filter, alone and with others, in pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.sessions_app.factories import session

NOW = timezone.now()


@pytest.fixture
def rows(account):
    """One session of each kind, by name."""
    ago, ended = NOW - timedelta(days=2), {"status": "ended", "ended_at": NOW}
    return {
        "plain": session(account),
        "brand": session(account, brand_id="other"),
        "host": session(account, host_id="host-2"),
        "community": session(account, community_id="c1"),
        "category": session(account, category="yoga", kind="office_hours"),
        "live": session(account, status="live", scheduled_at=NOW - timedelta(hours=1), started_at=NOW),
        "ended": session(account, scheduled_at=ago, **ended),
        "missed": session(account, scheduled_at=ago),
        "month": session(account, scheduled_at=datetime(2027, 2, 28, 23, 59, tzinfo=UTC)),
    }


def found(api, rows, query):
    answer = api("GET", f"/v1/live/sessions?{query}")
    assert answer.status_code == 200, answer.content
    names = {str(row.pk): name for name, row in rows.items()}
    return [names[each["id"]] for each in answer.json()["sessions"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("brand_id=other", {"brand"}),
        ("host_id=host-2", {"host"}),
        ("host_user_id=host-2", {"host"}),
        ("host_user_id=host-2&host_id=host-1", set()),
        ("community_id=c1", {"community"}),
        ("category=yoga", {"category"}),
        ("kind=office_hours", {"category"}),
        ("kind=office_hours&category=other", set()),
        ("status=live", {"live"}),
        ("status=ended", {"ended"}),
        ("upcoming=true", {"plain", "brand", "host", "community", "category", "live", "month"}),
        ("upcoming_only=true&status=live", {"live"}),
        ("upcoming=true&brand_id=other", {"brand"}),
        ("month=2027-02", {"month"}),
        ("month=2027-03", set()),
        ("status=cancelled", set()),
    ],
)
def test_a_filter(api, rows, query, expected):
    assert set(found(api, rows, query)) == expected


def test_without_a_filter_the_latest_is_first(api, rows):
    names = found(api, rows, "upcoming=false")
    times = [rows[name].scheduled_at for name in names]
    assert len(names) == len(rows) and times == sorted(times, reverse=True)


def test_what_is_to_come_is_soonest_first(api, rows):
    names = found(api, rows, "upcoming=true")
    assert (names[0], names[-1]) == ("live", "month")


@pytest.mark.parametrize("query", ["", "upcoming=true&"])
def test_pages_hold_every_session_once(api, account, query):
    at = NOW + timedelta(days=1)
    made = [session(account, scheduled_at=at + timedelta(hours=n // 3)) for n in range(7)]
    seen, cursor = [], ""
    while cursor is not None:
        page = api("GET", f"/v1/live/sessions?{query}limit=3{cursor and '&cursor=' + cursor}").json()
        seen += [each["id"] for each in page["sessions"]]
        cursor = page["next_cursor"]
    ordered = sorted(made, key=lambda row: (row.scheduled_at, row.pk), reverse=not query)
    assert seen == [str(row.pk) for row in ordered]


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "status=open",
            "kind=x",
            "month=2026-13",
            "month=0000-01",
            "month=9999-12",
            "month=26-1",
            "upcoming=x",
        ),
        *("limit=0", "limit=x", "limit=201", "cursor=x", "no_such=1", f"brand_id={'x' * 65}"),
    ],
)
def test_wrong_filters_are_400_and_named(api, wrong):
    answer = api("GET", f"/v1/live/sessions?{wrong}")
    assert (answer.status_code, wrong.split("=")[0] in answer.json()["message"]) == (400, True), (
        answer.content
    )


def test_an_empty_filter_is_refused_or_finds_nothing(api, rows):
    assert api("GET", "/v1/live/sessions?host_id=").status_code == 400
