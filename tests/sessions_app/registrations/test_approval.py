"""Approval by hosts."""

from uuid import uuid4

import pytest

from liveplatform.webhooks.models import Event
from sessions_app.exceptions import NotAllowed, RegistrationNotFound, SessionStateError
from sessions_app.models import Mail, Session
from sessions_app.registrations.approval import approve, deny
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import counters, enter, statuses, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(account) -> Session:
    return factories.session(account, requires_approval=True, max_participants=1)


def test_seats_are_given_in_the_order_of_asking(session):
    ids = [each.pk for each in enter(session, "anna", "ben", "carl")]
    host = user(session, factories.HOST)
    for _ in range(2):
        approve(session.pk, list(reversed(ids)), host)
        assert statuses(session) == {"anna": "registered", "ben": "waitlist", "carl": "waitlist"}
        assert counters(session) == (1, 0, 2)
    numbers = session.registrations.order_by("created_at").values_list("waitlist_number", flat=True)
    assert numbers[1] < numbers[2]
    kinds = Mail.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["pending"] * 3 + ["registered", "waitlisted", "waitlisted"]
    assert Event.objects.filter(type="registration.updated").count() == 3


def test_who_was_denied_can_still_be_approved(session):
    (anna,) = enter(session, "anna")
    host = user(session, factories.HOST)
    for _ in range(2):
        (denied,) = deny(session.pk, [anna.pk], host)
        assert denied.status == "declined"
    assert Mail.objects.filter(kind="declined").count() == 1
    approve(session.pk, [anna.pk], host)
    assert counters(session) == (1, 0, 0)
    with pytest.raises(SessionStateError, match=r"needs no approval\. Cancel it instead\."):
        deny(session.pk, [anna.pk], host)


def test_all_or_none(session):
    anna, ben = enter(session, "anna", "ben")
    host = user(session, factories.HOST)
    with pytest.raises(RegistrationNotFound):
        approve(session.pk, [anna.pk, uuid4()], host)
    ben.status = "cancelled"
    ben.save()
    with pytest.raises(SessionStateError):
        approve(session.pk, [anna.pk, ben.pk], host)
    assert statuses(session)["anna"] == "pending"


def test_only_hosts_while_the_session_is_open(session):
    (anna,) = enter(session, "anna")
    with pytest.raises(NotAllowed):
        approve(session.pk, [anna.pk], user(session, "anna"))
    Session.objects.update(status="ended")
    with pytest.raises(SessionStateError, match="over"):
        deny(session.pk, [anna.pk], user(session, factories.HOST))
