"""Hosts who are registered."""

import pytest

from sessions_app.lifecycle.update import update_session
from sessions_app.models import Session
from sessions_app.registrations.hosts import apply_hosts
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import counters, enter, statuses

pytestmark = pytest.mark.django_db


def with_co_hosts(session: Session, *users: str) -> Session:
    session.refresh_from_db()
    session.co_host_ids = list(users)
    session.save(update_fields=["co_host_ids"])
    return session


def test_who_becomes_a_co_host_gives_the_seat_to_the_next(account):
    session = factories.session(account, max_participants=1)
    enter(session, "anna", "ben")
    apply_hosts(with_co_hosts(session, "anna"))
    assert counters(session) == (1, 0, 0)
    assert statuses(session) == {"anna": "registered", "ben": "registered"}
    assert session.registrations.get(user_id="anna").role == "co_host"


def test_a_former_co_host_waits_when_it_is_full(account):
    session = factories.session(account, max_participants=1, co_host_ids=["anna"])
    enter(session, "anna", "ben")
    apply_hosts(with_co_hosts(session))
    assert counters(session) == (1, 0, 1)
    assert statuses(session)["anna"] == "waitlist"


def test_a_change_of_the_session_applies_it(account):
    session = factories.session(account, max_participants=1)
    enter(session, "anna", "ben")
    update_session(session.pk, factories.key_caller(account), {"co_host_ids": ["anna"]})
    assert counters(session) == (1, 0, 0)
    assert session.registrations.get(user_id="anna").role == "co_host"
