"""Which registrations a caller sees."""

from uuid import uuid4

import pytest

from sessions_app.exceptions import RegistrationNotFound, SessionNotFound
from sessions_app.models import Session
from sessions_app.registrations.lookup import (
    find_own,
    get_registration,
    is_registered,
    lock_registration,
    with_is_registered,
)
from tests.sessions_app import factories
from tests.sessions_app.registrations.people import user

pytestmark = pytest.mark.django_db


def test_ones_own_and_anyones_for_hosts(account):
    session, other = factories.session(account), factories.session(account)
    registration = factories.registration(session, user_id="anna")
    for caller in (user(session, "anna"), user(session, factories.HOST), factories.key_caller(account)):
        assert get_registration(session.pk, registration.pk, caller) == registration
        assert lock_registration(session.pk, registration.pk, caller) == (session, registration)
        with pytest.raises(RegistrationNotFound):
            get_registration(other.pk, registration.pk, caller)
        with pytest.raises(SessionNotFound):
            get_registration(uuid4(), registration.pk, caller)
    for caller in (user(session, "ben"), user(session, "")):
        with pytest.raises(RegistrationNotFound):
            get_registration(session.pk, registration.pk, caller)


def test_find_own_leaves_out_a_cancelled_one(account):
    session = factories.session(account)
    registration = factories.registration(session, user_id="anna")
    assert find_own(session, "anna") == registration
    registration.status = "cancelled"
    registration.save()
    with pytest.raises(RegistrationNotFound):
        find_own(session, "anna")


def test_is_registered_is_about_seats(account):
    session = factories.session(account)
    factories.registration(session, user_id="anna")
    factories.registration(session, user_id="ben", status="waitlist")
    for name, expected in (("anna", True), ("ben", False), ("", False)):
        assert is_registered(session, name) is expected
        assert with_is_registered(Session.objects.all(), name).get().is_registered is expected
