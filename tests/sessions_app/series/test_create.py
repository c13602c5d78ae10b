"""A new series has its sessions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.exceptions import InvalidFields, NotAllowed
from sessions_app.models import Series, Session, SessionDuty
from sessions_app.series.create import create_series
from sessions_app.series.edit import edit_all
from tests.sessions_app.factories import BRAND, key_caller, user_caller
from tests.sessions_app.series.support import next_week, series, sessions, wall_clock


def test_sessions_are_made_with_the_details_of_the_series(account):
    row = series(account, description="Bring questions.", tags=["help"], reminder_minutes=[30])
    made = sessions(row)
    assert wall_clock(row) == ["Mon 10:00"] * 4
    for session in made:
        assert (session.description, session.tags, session.original_at) == (
            "Bring questions.",
            ["help"],
            session.scheduled_at,
        )
        assert SessionDuty.objects.filter(session=session, kind="remind", slot="30").exists()
        assert not session.is_exception


def test_the_start_is_the_first_time_of_the_rule(account):
    row = series(account, "FREQ=WEEKLY;BYDAY=WE;COUNT=2")
    assert row.starts_at == next_week(2, 10)


def test_an_open_end_is_planned_to_the_horizon(account):
    row = series(account, "FREQ=WEEKLY")
    assert 12 <= len(sessions(row)) <= 13


def test_a_rare_rule_is_planned_ahead(account):
    assert len(sessions(series(account, "FREQ=YEARLY"))) == 2


def test_excluded_times_are_left_out(account):
    row = series(account, excluded=[(next_week(0, 10) + timedelta(days=7)).isoformat()])
    assert len(sessions(row)) == 3
    edit_all(row.pk, key_caller(account), {"starts_at": next_week(0, 12)})
    assert wall_clock(row) == ["Mon 12:00"] * 3


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"rule": "FREQ=HOURLY"}, "rule"),
        ({"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, "rule"),
        ({"rule": "FREQ=DAILY;UNTIL=20200101"}, "rule"),
        ({"starts_at": next_week(0, 10) - timedelta(days=60), "rule": "FREQ=DAILY;COUNT=3"}, "rule"),
        ({"starts_at": next_week(0, 10) - timedelta(days=600)}, "starts_at"),
        ({"starts_at": next_week(0, 10) + timedelta(days=6000)}, "starts_at"),
    ],
)
def test_refused(account, fields, name):
    with pytest.raises(InvalidFields) as caught:
        series(account, **fields)
    assert list(caught.value.fields) == [name]
    assert not Series.objects.exists() and not Session.objects.exists()


def test_a_user_makes_series_that_it_hosts(account):
    fields = {"brand_id": BRAND, "title": "t", "starts_at": timezone.now(), "max_participants": 1}
    fields |= {"rule": "FREQ=DAILY;COUNT=2", "host_id": "ann"}
    assert create_series(user_caller(account, "ann"), fields).host_id == "ann"
    with pytest.raises(NotAllowed):
        create_series(user_caller(account, "ben"), fields)
    with pytest.raises(InvalidFields):
        create_series(user_caller(account, "ann", brand_id="other"), fields)
