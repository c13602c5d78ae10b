"""Users of an app and members of a call at the sandbox's GetStream."""

import json
import uuid

import jwt
import pytest
import requests

from tests.support.sandbox import SECRET

ANNA = {"id": "anna", "role": "admin", "name": "Anna", "custom": {"team": "a"}}


@pytest.fixture
def ask(sandbox_url):
    key = uuid.uuid4().hex
    headers = {"Authorization": jwt.encode({"server": True}, SECRET), "stream-auth-type": "jwt"}

    def ask(method: str, path: str, body=None, **query):
        url = f"{sandbox_url}/api/v2/{path}"
        return requests.request(
            method, url, json=body, params={"api_key": key} | query, headers=headers, timeout=5
        )

    ask("POST", "video/call/default/r", {})
    return ask


@pytest.fixture
def users(ask):
    answer = ask("POST", "users", {"users": {"anna": ANNA, "ben": {"id": "ben"}}})
    assert answer.status_code == 201
    return answer.json()["users"]


def test_users_are_made_and_found(ask, users):
    assert (users["anna"]["role"], users["anna"]["custom"], users["ben"]["role"]) == (
        "admin",
        {"team": "a"},
        "user",
    )
    query = json.dumps({"filter_conditions": {"id": {"$in": ["ben"]}}})
    assert [user["id"] for user in ask("GET", "users", payload=query).json()["users"]] == ["ben"]
    again = ask("POST", "users", {"users": {"ben": {"id": "ben", "name": "Ben"}}}).json()["users"]["ben"]
    assert (again["name"], again["created_at"]) == ("Ben", users["ben"]["created_at"])


@pytest.mark.parametrize("body", [{}, {"users": []}, {"users": {"a": {"id": "b"}}}, {"users": {"a": 1}}])
def test_what_are_no_users_is_an_input_error(ask, body):
    answer = ask("POST", "users", body)
    assert (answer.status_code, answer.json()["code"]) == (400, 4)


def test_members_are_added_changed_and_removed(ask, users):
    members = {"update_members": [{"user_id": "anna", "role": "host"}, {"user_id": "ben"}]}
    added = ask("POST", "video/call/default/r/members", members).json()["members"]
    assert [(each["user_id"], each["role"]) for each in added] == [("anna", "host"), ("ben", "user")]
    assert ask("GET", "video/call/default/r").json()["members"] == added
    listed = ask("POST", "video/call/members", {"type": "default", "id": "r"}).json()["members"]
    assert listed == added
    left = ask("POST", "video/call/default/r/members", {"remove_members": ["anna"]}).json()["members"]
    assert [each["user_id"] for each in left] == ["ben"]


def test_a_call_is_made_with_its_members(ask, users):
    data = {"data": {"created_by_id": "anna", "members": [{"user_id": "anna", "role": "host"}]}}
    made = ask("POST", "video/call/default/with-members", data).json()
    assert [each["user_id"] for each in made["members"]] == ["anna"]


def test_a_member_must_be_a_user_of_the_app(ask):
    answer = ask("POST", "video/call/default/r/members", {"update_members": [{"user_id": "nobody"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, 4)


@pytest.mark.parametrize("path", ["video/call/default/r0/members", "video/call/members"])
def test_a_call_that_does_not_exist_has_no_members(ask, path):
    answer = ask("POST", path, {"type": "default", "id": "r0"})
    assert (answer.status_code, answer.json()["code"]) == (404, 16)
