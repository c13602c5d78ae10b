"""The identity under which a person is in the room."""

import pytest

from providers.base import HOST, PARTICIPANT
from sessions_app.identity import identity_of, role_of, room_role
from sessions_app.models.person import Role
from tests.sessions_app.factories import HOST as HOST_ID
from tests.sessions_app.factories import registration, session


def test_users_and_patients_keep_their_ids_and_guests_get_one(account):
    made = session(account)
    user = registration(made)
    patient = registration(made, user_id="", patient_id="p-1", person_key="patient:p-1")
    guest = registration(made, user_id="", person_key="email:g@example.com", is_guest=True)
    assert identity_of(user) == "anna"
    assert identity_of(patient) == "p-1"
    assert identity_of(guest) == f"guest-{guest.pk}"


def test_roles(account):
    made = session(account, co_host_ids=["co-1"])
    anna = registration(made)
    assert role_of(made, HOST_ID, None) == Role.HOST
    assert role_of(made, "co-1", None) == Role.CO_HOST
    assert role_of(made, "anna", anna) == Role.PARTICIPANT


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.HOST, HOST),
        (Role.CO_HOST, HOST),
        (Role.PARTICIPANT, PARTICIPANT),
        (Role.GUEST, PARTICIPANT),
    ],
)
def test_hosts_and_co_hosts_may_moderate_the_room(role, expected):
    assert room_role(role) == expected
