"""Who may join a session, and when."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.exceptions import NotJoinable
from sessions_app.joining.admission import admit, admit_user, find_registration
from sessions_app.models.person import Role
from tests.sessions_app.factories import HOST, registration, session

SOON = timedelta(minutes=10)


def soon(account, **fields):
    return session(account, scheduled_at=timezone.now() + SOON, **fields)


def reason(of, *args):
    with pytest.raises(NotJoinable) as refused:
        of(*args)
    assert refused.value.starts_at == args[0].scheduled_at
    return refused.value.reason


def test_hosts_and_registered_people_may_join_when_the_window_is_open(account):
    made = soon(account, co_host_ids=["co-1"])
    anna = registration(made, name="Anna")
    assert admit_user(made, HOST).role == Role.HOST
    assert admit_user(made, "co-1").role == Role.CO_HOST
    assert (admit_user(made, "anna").identity, admit(made, anna).name) == ("anna", "Anna")
    assert reason(admit_user, made, "ben") == "not_registered"


def test_the_window_opens_a_quarter_of_an_hour_before_the_start(account):
    made = session(account, scheduled_at=timezone.now() + timedelta(minutes=16))
    registration(made)
    assert reason(admit_user, made, HOST) == reason(admit_user, made, "anna") == "too_early"
    made.status = "live"
    assert admit_user(made, "anna").role == Role.PARTICIPANT


@pytest.mark.parametrize("status", ["pending", "waitlist", "offered"])
def test_who_has_no_seat_is_told_why(account, status):
    made = soon(account)
    assert reason(admit, made, registration(made, status=status)) == status


@pytest.mark.parametrize("status", ["cancelled", "declined"])
def test_a_registration_that_is_gone_is_none(account, status):
    made = soon(account)
    gone = registration(made, status=status)
    assert reason(admit, made, gone) == reason(admit_user, made, "anna") == "not_registered"


@pytest.mark.parametrize(("status", "expected"), [("ended", "over"), ("cancelled", "cancelled")])
def test_nobody_joins_a_session_that_is_over(account, status, expected):
    made = soon(account, status=status)
    assert reason(admit_user, made, HOST) == expected


def test_a_guest_is_found_by_the_identity_of_the_registration(account):
    made = soon(account)
    guest = registration(made, user_id="", person_key="email:g@example.com", is_guest=True)
    patient = registration(made, user_id="", patient_id="p-1", person_key="patient:p-1")
    assert find_registration(made, f"guest-{guest.pk}") == guest
    assert find_registration(made, "p-1") == patient
    for unknown in (f"guest-{patient.pk}", "guest-", "guest-x", ""):
        assert find_registration(made, unknown) is None
