"""Requests to register, as registrants."""

from sessions_app.api.registrations.requests import registrant_of_other, registrant_of_user
from sessions_app.models.person import Role


def test_the_callers_verified_address_is_the_default():
    assert registrant_of_user("anna", "a@example.com", {}).email == "a@example.com"
    assert registrant_of_user("anna", "a@example.com", {"email": "b@example.com"}).email == "b@example.com"
    assert registrant_of_user("anna", "", {"name": "Anna"}).name == "Anna"


def test_a_guest_is_the_address():
    guest = registrant_of_other({"guest_email": "g@example.com", "email": "else@example.com"})
    assert (guest.key, guest.email, guest.role) == ("email:g@example.com", "g@example.com", Role.GUEST)


def test_a_patient_may_have_an_address():
    patient = registrant_of_other({"patient_id": "p1", "guest_email": "p@example.com"})
    assert (patient.key, patient.email, patient.role) == ("user:p1", "p@example.com", Role.PARTICIPANT)
    assert registrant_of_other({"patient_id": "p1", "email": "q@example.com"}).email == "q@example.com"
