"""Edits of a series: this session, this and the following, all; exceptions and registrations are kept."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sessions_app.exceptions import (
    CapacityTooLow,
    InvalidFields,
    NotAllowed,
    SeriesNotFound,
    SessionStateError,
)
from sessions_app.lifecycle.cancel import cancel_session, restore_session
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Registration, Series, Session
from sessions_app.series.edit import cancel_series, edit_all, edit_following
from sessions_app.series.plan import plan_further
from tests.sessions_app.factories import key_caller, registration, user_caller
from tests.sessions_app.series.support import BERLIN, next_week, scheduled, series, sessions, wall_clock

Status = Session.Status


def move_one(session: Session, account, **delta) -> None:
    update_session(
        session.pk, key_caller(account), {"scheduled_at": session.scheduled_at + timedelta(**delta)}
    )


def test_all_takes_the_details_of_the_series(account):
    row = series(account)
    edit_all(row.pk, key_caller(account), {"title": "Clinic", "metadata": {"room": 4}})
    assert {(each.title, each.metadata["room"]) for each in sessions(row)} == {("Clinic", 4)}
    row.refresh_from_db()
    assert row.title == "Clinic"


def test_a_session_changed_alone_is_left_alone(account):
    row = series(account)
    second = sessions(row)[1]
    update_session(second.pk, key_caller(account), {"title": "Special"})
    edit_all(row.pk, key_caller(account), {"title": "Clinic"})
    assert [each.title for each in sessions(row)] == ["Clinic", "Special", "Clinic", "Clinic"]
    assert [each.is_exception for each in sessions(row)] == [False, True, False, False]


def test_another_hour_moves_sessions_with_their_people(account):
    row = series(account)
    people = [registration(each) for each in sessions(row)]
    ids = [each.pk for each in sessions(row)]
    edit_all(row.pk, key_caller(account), {"starts_at": next_week(0, 11)})
    assert wall_clock(row) == ["Mon 11:00"] * 4
    assert [each.pk for each in sessions(row)] == ids
    assert Registration.objects.filter(status="registered").count() == len(people)
    assert Mail.objects.filter(kind="rescheduled").count() == 4


def test_an_exception_keeps_its_time_and_its_place(account):
    row = series(account)
    move_one(sessions(row)[1], account, hours=3)
    edit_all(row.pk, key_caller(account), {"starts_at": next_week(0, 11)})
    assert wall_clock(row) == ["Mon 11:00", "Mon 13:00", "Mon 11:00", "Mon 11:00"]
    assert len(sessions(row)) == 4


def test_another_rule_cancels_what_falls_away_and_makes_what_is_new(account):
    row = series(account, "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8")
    registration(sessions(row)[1])  # a Wednesday
    mondays = [each.pk for each in sessions(row)[::2]]
    edit_all(row.pk, key_caller(account), {"rule": "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=8"})
    assert wall_clock(row) == ["Mon 10:00", "Fri 10:00"] * 4
    assert [each.pk for each in scheduled(row)[::2]] == mondays
    assert [mail.kind for mail in Mail.objects.all()] == ["cancelled"]
    edit_all(row.pk, key_caller(account), {"rule": "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=8"})
    assert wall_clock(row) == ["Mon 10:00", "Wed 10:00"] * 4


def test_a_session_that_was_cancelled_stays_cancelled(account):
    row = series(account, "FREQ=WEEKLY")
    update = sessions(row)[2]
    Session.objects.filter(pk=update.pk).update(status=Status.CANCELLED)
    edit_all(row.pk, key_caller(account), {"starts_at": next_week(0, 9)})
    plan_further(timezone.now() + timedelta(days=14))
    days = [each.scheduled_at.astimezone(BERLIN).date() for each in scheduled(row)]
    assert update.scheduled_at.astimezone(BERLIN).date() not in days and len(days) == len(set(days))


def test_another_zone(account):
    row = series(account)
    edit_all(row.pk, key_caller(account), {"timezone": "Europe/London"})
    assert {each.timezone for each in sessions(row)} == {"Europe/London"}
    assert len(scheduled(row)) == 4


def test_past_and_begun_sessions_are_left_alone(account):
    row = series(account)
    first, second = sessions(row)[:2]
    Session.objects.filter(pk=first.pk).update(status=Status.ENDED)
    Session.objects.filter(pk=second.pk).update(status=Status.LIVE)
    edit_all(row.pk, key_caller(account), {"title": "Clinic", "starts_at": next_week(0, 12)})
    assert [each.title for each in sessions(row)] == ["Office hours"] * 2 + ["Clinic"] * 2
    assert len(sessions(row)) == 4


def test_this_and_following(account):
    row = series(account)
    third = sessions(row)[2]
    following = edit_following(
        row.pk,
        third.pk,
        key_caller(account),
        {"title": "Clinic", "starts_at": third.scheduled_at + timedelta(hours=2)},
    )
    row.refresh_from_db()
    assert (wall_clock(row), wall_clock(following)) == (["Mon 10:00"] * 2, ["Mon 12:00"] * 2)
    assert (row.title, following.title, following.previous) == ("Office hours", "Clinic", row)
    assert "UNTIL=" in row.rule and following.rule == "FREQ=WEEKLY;COUNT=2"
    assert third.pk in [each.pk for each in sessions(following)]


def test_following_an_open_end_goes_on(account):
    row = series(account, "FREQ=WEEKLY")
    following = edit_following(row.pk, sessions(row)[3].pk, key_caller(account), {"title": "Clinic"})
    before = len(sessions(following))
    assert plan_further(timezone.now() + timedelta(days=14)) == 2
    assert (len(sessions(row)), len(sessions(following))) == (3, before + 2)


def test_following_from_the_first_is_all(account):
    row = series(account)
    assert edit_following(row.pk, sessions(row)[0].pk, key_caller(account), {"title": "Clinic"}).pk == row.pk


def test_an_edit_that_one_session_refuses_changes_nothing(account):
    row = series(account)
    for name in ("anna", "ben"):
        registration(sessions(row)[2], user_id=name)
    with pytest.raises(CapacityTooLow):
        edit_all(row.pk, key_caller(account), {"max_participants": 1})
    row.refresh_from_db()
    assert row.max_participants == 3
    assert {each.max_participants for each in sessions(row)} == {3}


def test_cancel_what_is_left(account):
    row = series(account, "FREQ=WEEKLY")
    registration(sessions(row)[5])
    cancel_series(row.pk, key_caller(account), "Holidays", occurrence_id=sessions(row)[2].pk)
    assert len(scheduled(row)) == 2
    assert Mail.objects.get().details["reason"] == "Holidays"
    assert plan_further(timezone.now() + timedelta(days=30)) == 0
    cancel_series(row.pk, key_caller(account))
    row.refresh_from_db()
    assert not scheduled(row) and not row.is_active
    with pytest.raises(SessionStateError):
        edit_all(row.pk, key_caller(account), {"title": "x"})


def test_who_may_edit(account):
    row, other = series(account), series(account)
    assert edit_all(row.pk, user_caller(account), {"title": "a"}).title == "a"
    with pytest.raises(NotAllowed):
        edit_all(row.pk, user_caller(account, "somebody"), {"title": "x"})
    with pytest.raises(SeriesNotFound):
        edit_all(row.pk, key_caller(account, brand_id="other"), {"title": "x"})
    with pytest.raises(InvalidFields):
        edit_following(row.pk, sessions(other)[1].pk, key_caller(account), {})


@given(
    exceptions=st.sets(st.integers(0, 9), max_size=3),
    edits=st.lists(
        st.sampled_from(
            (
                {"rule": "FREQ=DAILY;COUNT=10"},
                {"rule": "FREQ=DAILY;INTERVAL=2;COUNT=6"},
                {"rule": "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=5"},
                {"starts_at": next_week(0, 15)},
                {"starts_at": next_week(2, 8)},
                {"timezone": "America/New_York"},
                {"title": "Clinic"},
            )
        ),
        max_size=3,
    ),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_edits_keep_exceptions(account, exceptions, edits):
    """After any edits an exception is as it was, each time of the rule has at most one session, none is lost."""
    with transaction.atomic():
        row = series(account, "FREQ=DAILY;COUNT=10")
        chosen = [session for number, session in enumerate(sessions(row)) if number in exceptions]
        for session in chosen:
            update_session(session.pk, key_caller(account), {"title": f"Special {session.pk}"})
        for changes in edits:
            edit_all(row.pk, key_caller(account), changes)
        for session in chosen:
            now = Session.objects.get(pk=session.pk)
            assert (now.title, now.scheduled_at, now.status) == (
                f"Special {session.pk}",
                session.scheduled_at,
                Status.SCHEDULED,
            )
        days = [each.original_at for each in scheduled(row) if not each.is_exception]
        assert len(days) == len(set(days))
        transaction.set_rollback(True)


def test_metadata_is_merged_into_the_series_too(account):
    row = series(account, "FREQ=WEEKLY", metadata={"room": "a", "campaign": "winter"})
    edit_all(row.pk, key_caller(account), {"metadata": {"room": None, "floor": 2}})
    plan_further(timezone.now() + timedelta(days=14))
    row.refresh_from_db()
    assert row.metadata == {"campaign": "winter", "floor": 2}
    assert all(each.metadata == row.metadata for each in sessions(row))


def test_another_time_and_another_title_are_one_mail(account):
    row = series(account)
    for each in sessions(row):
        registration(each)
    edit_all(row.pk, key_caller(account), {"title": "Clinic", "starts_at": next_week(0, 11)})
    mails = Mail.objects.order_by("number")
    assert [(mail.kind, mail.details["changed"]) for mail in mails] == [
        ("rescheduled", ["scheduled_at", "title"])
    ] * 4
    assert {each.calendar_sequence for each in sessions(row)} == {1}


def test_a_series_that_began_long_ago_is_edited(account):
    row = series(account, "FREQ=WEEKLY")
    long_ago = row.starts_at - timedelta(weeks=100)
    Series.objects.filter(pk=row.pk).update(starts_at=long_ago)
    edit_all(row.pk, key_caller(account), {"rule": "FREQ=WEEKLY;BYDAY=MO"})
    assert wall_clock(row)[0] == "Mon 10:00"
    with pytest.raises(InvalidFields, match="starts_at"):
        edit_all(row.pk, key_caller(account), {"starts_at": long_ago})


def test_another_zone_with_another_day(account):
    """At 00:30 in Berlin it is the day before in UTC: the last session's place is the second one's then."""
    row = series(account, "FREQ=DAILY;COUNT=3", starts_at=next_week(0, 0, 30))
    last = sessions(row)[-1]
    update_session(last.pk, key_caller(account), {"title": "Special"})
    edit_all(row.pk, key_caller(account), {"timezone": "UTC"})
    last.refresh_from_db()
    assert last.title == "Special" and last.status == Status.SCHEDULED
    cancel_series(row.pk, key_caller(account))
    assert not scheduled(row)


def test_a_session_restored_at_another_time_keeps_it(account):
    row = series(account)
    first = sessions(row)[0]
    cancel_session(first.pk, key_caller(account))
    restore_session(first.pk, key_caller(account), first.scheduled_at + timedelta(hours=2))
    edit_all(row.pk, key_caller(account), {"starts_at": next_week(0, 11)})
    assert wall_clock(row) == ["Mon 12:00", *["Mon 11:00"] * 3]


def test_following_begins_after_what_is_left(account):
    row = series(account)
    third = sessions(row)[2]
    with pytest.raises(InvalidFields, match="starts_at"):
        edit_following(row.pk, third.pk, key_caller(account), {"starts_at": next_week(0, 11)})
    assert len(scheduled(row)) == 4
    day_before = third.scheduled_at - timedelta(days=1)
    following = edit_following(row.pk, third.pk, key_caller(account), {"starts_at": day_before})
    assert wall_clock(following)[0] == "Sun 10:00"


def test_cancelling_from_one_on_again_changes_nothing(account):
    row = series(account)
    third = sessions(row)[2]
    first, again = (cancel_series(row.pk, key_caller(account), occurrence_id=third.pk) for _ in range(2))
    assert first == again and not again.is_active
    assert len(scheduled(row)) == 2
