"""Accepting and declining an offer."""

import pytest
from django.utils import timezone

from sessions_app.exceptions import SessionStateError
from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.registrations.offers import accept, decline
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import counters, enter, statuses, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(account) -> Session:
    """A seat is offered to ben; carl waits."""
    session = factories.session(account, max_participants=1, waitlist_mode="offer")
    anna, *_ = enter(session, "anna", "ben", "carl")
    cancel_registration(session.pk, anna.pk, user(session, "anna"))
    return session


def own(session: Session, name: str):
    return session.pk, session.registrations.get(user_id=name).pk, user(session, name)


def test_accepted_it_is_a_seat(session):
    for _ in range(2):
        accepted = accept(*own(session, "ben"))
        assert accepted.status == "registered" and accepted.promoted_at
    assert counters(session) == (1, 0, 1)
    assert not SessionDuty.objects.filter(kind="offer").exists()
    assert Mail.objects.filter(kind="promoted").count() == 1


def test_declined_it_goes_to_the_next(session):
    for _ in range(2):
        assert decline(*own(session, "ben")).status == "cancelled"
    assert statuses(session)["carl"] == "offered"
    assert counters(session) == (0, 1, 0)


def test_without_an_offer_it_is_refused(session):
    for verb in (accept, decline):
        with pytest.raises(SessionStateError, match="waitlist"):
            verb(*own(session, "carl"))


def test_too_late_it_is_refused(session):
    Registration.objects.filter(user_id="ben").update(offer_expires_at=timezone.now())
    with pytest.raises(SessionStateError, match="ended at"):
        accept(*own(session, "ben"))


def test_when_the_session_is_over_offers_are_void(session):
    Session.objects.update(status="cancelled")
    with pytest.raises(SessionStateError, match="void"):
        accept(*own(session, "ben"))
