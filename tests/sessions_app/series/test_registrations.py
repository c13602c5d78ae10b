"""Registration for a whole series."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.exceptions import InvalidAnswers, NotAllowed, RegistrationNotFound, SessionStateError
from sessions_app.models import Mail, Registration, SeriesRegistration
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant
from sessions_app.series.edit import cancel_series, edit_all, edit_following
from sessions_app.series.plan import plan_further
from sessions_app.series.registrations import (
    cancel_series_registration,
    find_series_registration,
    register_for_series,
)
from tests.sessions_app.factories import key_caller, user_caller
from tests.sessions_app.series.support import series, sessions

ANNA = Registrant(user_id="anna", email="anna@example.com", timezone="America/New_York")


def seats(row, person: str = "anna") -> list[str]:
    rows = Registration.objects.filter(session__series=row, user_id=person).order_by("session__scheduled_at")
    return list(rows.values_list("status", flat=True))


def test_a_person_is_registered_for_every_session_to_come(account):
    row = series(account, "FREQ=WEEKLY")
    made = register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    assert seats(row) == ["registered"] * len(sessions(row))
    assert register_for_series(row.pk, ANNA, user_caller(account, "anna")).pk == made.pk
    plan_further(timezone.now() + timedelta(days=14))
    assert seats(row) == ["registered"] * len(sessions(row))
    assert {each.registered_count for each in sessions(row)} == {1}


def test_one_mail_tells_of_the_whole_series(account):
    row = series(account, "FREQ=WEEKLY")
    made = register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    plan_further(timezone.now() + timedelta(days=14))
    mail = Mail.objects.get()
    assert (mail.kind, mail.session) == ("registered", sessions(row)[0])
    cancel_series_registration(row.pk, made.pk, user_caller(account, "anna"))
    assert list(Mail.objects.order_by("number").values_list("kind", flat=True)) == [
        "registered",
        "unregistered",
    ]


def test_a_session_on_a_new_day_is_told(account):
    row = series(account)
    register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    edit_all(row.pk, key_caller(account), {"rule": "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=5"})
    tuesday = sessions(row)[1]
    assert Mail.objects.get(session=tuesday).kind == "registered"


def test_who_finds_a_session_full_waits_in_it(account):
    row = series(account, max_participants=1)
    register(sessions(row)[1].pk, Registrant(user_id="ben"), user_caller(account, "ben"))
    register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    assert seats(row) == ["registered", "waitlist", "registered", "registered"]


def test_cancelling_leaves_what_was_registered_apart(account):
    row = series(account)
    register(sessions(row)[1].pk, ANNA, user_caller(account, "anna"))
    made = register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    cancelled = cancel_series_registration(row.pk, made.pk, user_caller(account, "anna"))
    assert cancelled.cancelled_at is not None
    assert seats(row) == ["cancelled", "registered", "cancelled", "cancelled"]
    assert [each.registered_count for each in sessions(row)] == [0, 1, 0, 0]
    assert cancel_series_registration(row.pk, made.pk, user_caller(account, "anna")).pk == made.pk


def test_one_session_can_be_cancelled_alone(account):
    row = series(account, "FREQ=WEEKLY")
    register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    first = Registration.objects.filter(session=sessions(row)[0]).get()
    first.delete()
    plan_further(timezone.now() + timedelta(days=14))
    assert len(seats(row)) == len(sessions(row)) - 1


def test_a_series_that_is_split_keeps_its_people(account):
    row = series(account, "FREQ=WEEKLY")
    made = register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    following = edit_following(row.pk, sessions(row)[3].pk, key_caller(account), {"title": "Clinic"})
    plan_further(timezone.now() + timedelta(days=14))
    assert seats(following) == ["registered"] * len(sessions(following))
    cancel_series_registration(row.pk, made.pk, user_caller(account, "anna"))
    assert set(seats(row) + seats(following)) == {"cancelled"}
    assert not SeriesRegistration.objects.filter(cancelled_at=None).exists()


def test_who_may(account):
    row = series(account)
    with pytest.raises(NotAllowed):
        register_for_series(row.pk, ANNA, user_caller(account, "ben"))
    made = register_for_series(row.pk, ANNA, key_caller(account))
    with pytest.raises(RegistrationNotFound):
        cancel_series_registration(row.pk, made.pk, user_caller(account, "ben"))


def test_answers_are_those_that_the_series_asks_for(account):
    ask = {"id": "why", "label": "Why?", "type": "text", "required": True, "options": []}
    row = series(account, custom_questions=[ask])
    with pytest.raises(InvalidAnswers):
        register_for_series(row.pk, ANNA, key_caller(account))
    answered = Registrant(user_id="ben", answers={"why": "To learn"})
    register_for_series(row.pk, answered, key_caller(account))
    assert seats(row, "ben") == ["registered"] * 4


def test_a_cancelled_series_takes_nobody(account):
    row = series(account)
    cancel_series(row.pk, key_caller(account))
    with pytest.raises(SessionStateError):
        register_for_series(row.pk, ANNA, key_caller(account))


def test_who_has_the_next_session_already_is_told_of_another(account):
    row = series(account)
    register(sessions(row)[0].pk, ANNA, user_caller(account, "anna"))
    register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    told = Mail.objects.order_by("number").values_list("kind", "session_id")
    assert list(told) == [("registered", each.pk) for each in sessions(row)[:2]]


def test_a_seat_is_told_to_who_waits_in_the_next_session(account):
    row = series(account, max_participants=1)
    register(sessions(row)[0].pk, Registrant(user_id="ben"), user_caller(account, "ben"))
    register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    told = Mail.objects.order_by("number").values_list("kind", flat=True)
    assert list(told) == ["waitlisted", "registered"]


def test_one_mail_tells_that_the_host_will_decide(account):
    row = series(account, requires_approval=True)
    register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    assert seats(row) == ["pending"] * 4 and Mail.objects.get().kind == "pending"


def test_cancel_in_every_part_of_a_series_split_twice(account):
    row = series(account)
    made = register_for_series(row.pk, ANNA, user_caller(account, "anna"))
    parts = [edit_following(row.pk, sessions(row)[at].pk, key_caller(account), {}) for at in (3, 1)]
    last = Registration.objects.get(session=sessions(parts[0])[0])
    assert find_series_registration(last) == made  # of the first part
    cancel_series_registration(row.pk, made.pk, user_caller(account, "anna"))
    assert [seats(part) for part in (row, *parts)] == [["cancelled"], ["cancelled"], ["cancelled"] * 2]
    assert find_series_registration(last) is None
