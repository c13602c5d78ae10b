"""`POST /v1/sessions/{id}/register`."""

import pytest

from sessions_app.models import Registration, Session
from tests.sessions_app import factories


@pytest.fixture
def session(account) -> Session:
    return factories.session(account, max_participants=2, host_id="host")


@pytest.fixture
def register(api, session):
    def register(body=None, **headers):
        return api("POST", f"/v1/sessions/{session.pk}/register", body or {}, **headers)

    return register


def test_a_patient_gets_the_vendors_answer(register, session):
    answer = register({"patient_id": "p1", "guest_email": "p@example.com"})
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(Registration.objects.get().pk),
        "session_id": str(session.pk),
        "patient_id": "p1",
        "guest_email": None,
        "role": "participant",
        "registered_at": answer.json()["registered_at"],
        "user_id": None,
        "state": "registered",
    }
    assert Registration.objects.get().email == "p@example.com"


def test_a_guest_is_known_by_the_address_in_any_case(register):
    shown = register({"guest_email": "Guest@Example.com"}).json()
    assert (shown["guest_email"], shown["role"], shown["patient_id"]) == ("Guest@Example.com", "guest", None)
    again = register({"guest_email": "guest@example.com"})
    assert (again.status_code, again.json()["error"]) == (409, "already_registered")


def test_without_either_it_is_the_caller(register):
    assert register().status_code == 400
    assert register(X_User_Id="anna").json()["user_id"] == "anna"
    assert register({"patient_id": "anna"}, X_User_Id="anna").status_code == 409


def test_a_patient_and_the_user_of_the_same_id_have_one_seat(api, register, session):
    seat = register({"patient_id": "p1"}).json()["id"]
    assert register(X_User_Id="p1").status_code == 409
    path = f"/v1/sessions/{session.pk}"
    again = api("POST", f"{path}/registrations", {}, X_User_Id="p1")
    assert (again.status_code, again.json()["id"], again.json()["user_id"]) == (201, seat, "p1")
    assert api("GET", path, X_User_Id="p1").json()["is_registered"] is True
    assert api("GET", path).json()["registered_count"] == 1
    token = factories.user_token(session.account, "p1")
    left = api("DELETE", f"{path}/registrations/{seat}", Authorization=f"Bearer {token}")
    assert left.status_code == 204


def test_when_it_is_full_nobody_waits(register):
    for number in range(2):
        assert register({"patient_id": f"p{number}"}).status_code == 201
    answer = register({"patient_id": "p3"})
    assert (answer.status_code, answer.json()["error"]) == (412, "session_full")
    assert Registration.objects.count() == 2


def test_a_registered_host_takes_no_seat(register, session):
    assert register({"role": "host"}, X_User_Id="second-host").json()["role"] == "host"
    session.refresh_from_db()
    assert session.registered_count == 0


def test_wrong_fields_are_named(register):
    assert "role" in register({"role": "king"}).json()["message"]
    assert "seat" in register({"seat": 1}).json()["message"]
    assert "patient_id" in register({"patient_id": "x" * 256}).json()["message"]
