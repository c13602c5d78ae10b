"""Cancelling a registration."""

import pytest

from liveplatform.webhooks.models import Event
from sessions_app.exceptions import RegistrationNotFound, SessionStateError
from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.registrations.waitlist import fill_free_seats
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import counters, enter, statuses, user

pytestmark = pytest.mark.django_db


def test_it_frees_exactly_one_seat(account):
    session = factories.session(account, max_participants=2)
    anna, *_ = enter(session, "anna", "ben", "carl", "dora")
    for _ in range(3):
        cancelled = cancel_registration(session.pk, anna.pk, user(session, "anna"))
        assert cancelled.status == "cancelled" and cancelled.cancelled_at
        assert counters(session) == (2, 0, 1)
    assert statuses(session) == {
        "anna": "cancelled",
        "ben": "registered",
        "carl": "registered",
        "dora": "waitlist",
    }
    assert Mail.objects.filter(kind="unregistered").count() == 1
    types = Event.objects.filter(subject_id=session.pk).order_by("sequence").values_list("type", flat=True)
    assert list(types)[-2:] == ["registration.cancelled", "registration.promoted"]


def test_who_waits_leaves_the_waitlist(account):
    session = factories.session(account, max_participants=1)
    _, ben = enter(session, "anna", "ben")
    cancel_registration(session.pk, ben.pk, user(session, "ben"))
    assert counters(session) == (1, 0, 0)


def test_an_offered_seat_goes_to_the_next(account):
    session = factories.session(account, max_participants=1, waitlist_mode="offer")
    anna, ben, _ = enter(session, "anna", "ben", "carl")
    cancel_registration(session.pk, anna.pk, user(session, "anna"))
    cancel_registration(session.pk, ben.pk, user(session, "ben"))
    assert statuses(session)["carl"] == "offered"
    assert SessionDuty.objects.filter(kind="offer").count() == 1
    session.refresh_from_db()
    assert fill_free_seats(session) == []


def test_hosts_cancel_anyones_others_only_their_own(account):
    session = factories.session(account)
    anna, ben = enter(session, "anna", "ben")
    with pytest.raises(RegistrationNotFound):
        cancel_registration(session.pk, anna.pk, user(session, "ben"))
    cancel_registration(session.pk, anna.pk, user(session, factories.HOST))
    cancel_registration(session.pk, ben.pk, factories.key_caller(account))
    assert counters(session) == (0, 0, 0)


def test_of_a_closed_session_it_stays_possible_after_its_end_not(account):
    session = factories.session(account)
    anna, ben = enter(session, "anna", "ben")
    Session.objects.update(registration_closes_at="2020-01-01T00:00Z")
    cancel_registration(session.pk, anna.pk, user(session, "anna"))
    Session.objects.update(status="ended")
    with pytest.raises(SessionStateError, match="ended"):
        cancel_registration(session.pk, ben.pk, user(session, "ben"))
    Session.objects.update(status="cancelled")
    assert cancel_registration(session.pk, ben.pk, user(session, "ben")).status == "cancelled"


def test_who_was_declined_stays_declined(account):
    session = factories.session(account, requires_approval=True)
    (anna,) = enter(session, "anna")
    Registration.objects.update(status="declined")
    assert cancel_registration(session.pk, anna.pk, user(session, "anna")).status == "declined"
