"""GetStream's API at the sandbox: its errors and its lists."""

import uuid

import jwt
import pytest
import requests

from tests.support.sandbox import SECRET

HEADERS = {"Authorization": jwt.encode({"server": True}, SECRET), "stream-auth-type": "jwt"}


@pytest.fixture
def ask(sandbox_url):
    key = uuid.uuid4().hex

    def ask(method: str, path: str, headers: dict = HEADERS, **more):
        url = f"{sandbox_url}/api/v2/video/{path}?api_key={key}"
        return requests.request(method, url, headers=headers, timeout=5, **more)

    return ask


def test_a_second_creation_says_that_the_call_exists(ask):
    answers = [ask("POST", "call/default/r1", json={"data": {}}) for _ in range(2)]
    assert [answer.json()["created"] for answer in answers] == [True, False]


def test_a_call_that_has_ended_cannot_be_ended_again(ask):
    ask("POST", "call/default/r1", json={})
    assert ask("POST", "call/default/r1/mark_ended").status_code == 201
    again = ask("POST", "call/default/r1/mark_ended")
    assert (again.status_code, again.json()["code"], again.json()["StatusCode"]) == (400, 4, 400)


def test_a_call_that_does_not_exist_is_code_16(ask):
    for method, path in (("GET", "r0"), ("POST", "r0/delete"), ("PATCH", "r0"), ("GET", "r0/recordings")):
        answer = ask(method, f"call/default/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, 16)


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "x", "stream-auth-type": "jwt"}, {**HEADERS, "stream-auth-type": ""}]
)
def test_a_request_without_a_token_is_refused(ask, headers):
    assert ask("GET", "call/default/r1", headers).status_code == 401


def test_a_list_is_paged_and_filtered(ask):
    for name in ("a", "b", "c"):
        ask("POST", f"call/default/{name}", json={})
    first = ask("POST", "calls", json={"limit": 2}).json()
    rest = ask("POST", "calls", json={"limit": 2, "next": first["next"]}).json()
    assert [each["call"]["id"] for each in first["calls"] + rest["calls"]] == ["a", "b", "c"]
    assert rest["next"] is None
    one = ask("POST", "calls", json={"filter_conditions": {"id": "b"}}).json()
    assert [each["call"]["id"] for each in one["calls"]] == ["b"]


def test_a_livestream_goes_back_to_its_backstage(ask):
    ask("POST", "call/livestream/r1", json={})
    ask("POST", "call/livestream/r1/go_live")
    stopped = ask("POST", "call/livestream/r1/stop_live")
    assert (stopped.status_code, stopped.json()["call"]["backstage"]) == (201, True)
    assert ask("POST", "call/livestream/r0/stop_live").json()["code"] == 16


def test_an_unknown_address_is_refused_in_streams_shape(ask):
    answer = ask("POST", "call/default/r1/reboot")
    assert (answer.status_code, answer.json()["StatusCode"]) == (404, 404)
    assert set(answer.json()) == {"code", "message", "StatusCode", "duration", "more_info", "details"}


def test_what_is_internal_is_not_shown(ask):
    shown = ask("POST", "call/default/r1", json={}).json()
    assert not [name for name in shown["call"] if name.startswith("_")]


def test_a_wrong_secret_is_refused_once_the_right_one_is_known(sandbox_url, sandbox):
    key = uuid.uuid4().hex
    sandbox.set_secret(key, "the-right-secret-of-32-characters")
    answer = requests.get(
        f"{sandbox_url}/api/v2/video/call/default/r?api_key={key}", headers=HEADERS, timeout=5
    )
    assert (answer.status_code, answer.json()["code"]) == (401, 43)
