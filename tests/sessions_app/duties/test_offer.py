"""The end of an offer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.registrations.cancel import cancel_registration
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import counters, enter, statuses, user
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(account) -> Session:
    """A seat is offered to ben; carl waits."""
    session = factories.session(account, max_participants=1, waitlist_mode="offer")
    anna, *_ = enter(session, "anna", "ben", "carl")
    cancel_registration(session.pk, anna.pk, user(session, "anna"))
    return session


def expire() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Registration.objects.filter(status="offered").update(offer_expires_at=past)
    SessionDuty.objects.filter(kind="offer").update(due_at=past)


def test_the_seat_goes_to_the_next(session):
    expire()
    drain(SessionDuty)
    assert statuses(session) == {"anna": "cancelled", "ben": "cancelled", "carl": "offered"}
    assert counters(session) == (0, 1, 0)
    assert Mail.objects.get(kind="offer_expired").to == "ben@example.com"
    assert [mail.to for mail in Mail.objects.filter(kind="offered").order_by("number")] == [
        "ben@example.com",
        "carl@example.com",
    ]
    drain(SessionDuty)
    assert counters(session) == (0, 1, 0)


def test_before_its_time_or_of_a_session_that_is_over_it_stays(session):
    SessionDuty.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    drain(SessionDuty)
    assert statuses(session)["ben"] == "offered"
    SessionDuty.objects.update(state="pending")
    expire()
    Session.objects.update(status="cancelled")
    drain(SessionDuty)
    assert statuses(session)["ben"] == "offered"
