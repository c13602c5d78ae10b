"""The counters of a session."""

import pytest

from sessions_app.models import Mail, Registration
from sessions_app.publish import REGISTRATION_UPDATED
from sessions_app.registrations import seats
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import counters, enter

pytestmark = pytest.mark.django_db

Status = Registration.Status


def test_each_status_is_counted_once(account):
    session = factories.session(account)
    enter(session, "anna", "ben")
    session.refresh_from_db()
    rows = list(session.registrations.all())
    for status in (Status.OFFERED, Status.WAITLIST, Status.DECLINED, Status.PENDING, Status.REGISTERED):
        seats.move(session, rows, status, event=REGISTRATION_UPDATED, mail=None)
        counters(session)
    assert counters(session) == (2, 0, 0)


def test_who_comes_after_somebody_who_waits_waits_too(account):
    session = factories.session(account, max_participants=5)
    session.waitlist_count = 1
    assert seats.seat_or_wait(session, Registration()) == Status.WAITLIST
    assert seats.seat_or_wait(session, Registration(role="co_host")) == Status.REGISTERED


def test_it_tells_once(account):
    session = factories.session(account)
    enter(session, "anna")
    session.refresh_from_db()
    for _ in range(2):
        rows = list(session.registrations.all())
        seats.move(session, rows, Status.PENDING, event=REGISTRATION_UPDATED, mail=Mail.Kind.PENDING)
    assert Mail.objects.filter(kind="pending").count() == 1
