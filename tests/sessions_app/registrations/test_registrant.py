"""Who a registrant is."""

import pytest

from sessions_app.registrations.registrant import Registrant


@pytest.mark.parametrize(
    ("registrant", "key"),
    [
        (Registrant(user_id="anna", patient_id="anna", email="a@example.com"), "user:anna"),
        (Registrant(patient_id="p1", email="a@example.com"), "user:p1"),
        (Registrant(email=" A@Example.com", is_guest=True), "email:a@example.com"),
    ],
)
def test_the_key_names_one_person(registrant, key):
    assert registrant.key == key


def test_an_address_alone_is_nobody_without_being_a_guest():
    with pytest.raises(ValueError, match="user id"):
        _ = Registrant(email="a@example.com").key
