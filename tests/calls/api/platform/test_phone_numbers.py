"""/v1/phone-numbers: added to a connection, listed, removed."""

import pytest

from tests.support.concurrency import after_commit_of
from tests.support.factories import NUMBER, phone_call, phone_connection

OTHER = "+14155550122"


@pytest.fixture
def connection(account):
    return phone_connection(account)


def add(api, connection_id, number=OTHER, **more):
    body = {"phone_number": number, "connection_id": str(connection_id)}
    return api("POST", "/v1/phone-numbers", body | more)


def test_a_number_is_added_and_listed(api, connection):
    response = add(api, connection.pk, "+1 (415) 555-0122", nickname="desk")
    assert response.status_code == 201
    number = response.json()
    assert (number["phone_number"], number["number_country_code"], number["nickname"]) == (
        OTHER,
        "US",
        "desk",
    )
    listed = api("GET", "/v1/phone-numbers").json()["phone_numbers"]
    assert [each["phone_number"] for each in listed] == [OTHER, NUMBER], "newest first"
    assert listed[0] == number


def test_a_number_is_added_once(api, connection):
    assert add(api, connection.pk, NUMBER).status_code == 409


@pytest.mark.parametrize("number", ["hello", "555"])
def test_an_impossible_number_is_400(api, connection, number):
    assert list(add(api, connection.pk, number).json()["fields"]) == ["phone_number"]


def test_an_unknown_connection_is_400(api):
    response = add(api, "0d9a3f0e-0000-4000-8000-000000000000")
    assert (response.status_code, list(response.json()["fields"])) == (400, ["connection_id"])


def test_a_removed_number_leaves_its_calls(api, account, connection):
    call = phone_call(account)
    number = account.phone_numbers.get()
    assert api("DELETE", f"/v1/phone-numbers/{number.pk}").status_code == 204
    assert not account.phone_numbers.exists()
    assert api("GET", f"/v1/calls/{call.pk}/record").json()["from"] == NUMBER
    assert api("DELETE", f"/v1/phone-numbers/{number.pk}").status_code == 404


def test_of_two_removals_at_once_the_second_is_404(transactional_db, api, account, connection):
    number = account.phone_numbers.get()
    path = f"/v1/phone-numbers/{number.pk}"
    second = after_commit_of(number.delete, lambda: api("DELETE", path))
    assert second.status_code == 404
