"""POST /v1/live/calls/{id}/token: HS256, for one user and one call."""

import time

import jwt
import pytest

from calls.lifecycle.end import end
from tests.support.factories import video_call

SECRET = "a-secret-of-at-least-32-characters"


def token(api, call, **body):
    return api("POST", f"/v1/live/calls/{call.pk}/token", {"user_id": "anna"} | body)


def test_a_token_lets_this_user_into_this_call_for_so_long(api, line):
    call = line.open()
    answer = token(api, call, ttl_seconds=120)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["stream_call_id"], body["stream_call_type"]) == (call.provider_call_id, "default")
    assert body["expires_in_seconds"] == 120
    claims = jwt.decode(body["token"], SECRET, algorithms=["HS256"])
    assert (claims["user_id"], claims["call_cids"]) == ("anna", [f"default:{call.provider_call_id}"])
    assert claims["exp"] - time.time() == pytest.approx(120, abs=5)


def test_an_hour_is_the_default_and_the_provider_is_not_asked(api, line, sandbox):
    call = line.open()
    asked = len(sandbox.ledger())
    assert token(api, call).json()["expires_in_seconds"] == 3600
    assert len(sandbox.ledger()) == asked


@pytest.mark.parametrize("ttl", [0, -1, 86_401, "soon", 1.5, None])
def test_a_time_out_of_bounds_is_refused(api, line, ttl):
    answer = token(api, line.open(), ttl_seconds=ttl)
    assert (answer.status_code, "ttl_seconds" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize("user", ["", None, 5, "x" * 256, "a\0"])
def test_a_user_is_needed(api, line, user):
    assert token(api, line.open(), user_id=user).status_code == 400


def test_an_ended_call_has_no_tokens(api, line):
    call = line.open()
    end(call.pk, account_id=line.account.pk, actor="test")
    assert (token(api, call).status_code, token(api, call).json()["error"]) == (412, "wrong_state")


def test_a_call_without_a_provider_has_no_tokens(api, account):
    assert token(api, video_call(account)).status_code == 503


@pytest.mark.parametrize(("role", "claim"), [("host", "host"), ("participant", None), (None, None)])
def test_a_host_has_the_role_and_everybody_else_none(api, line, role, claim):
    body = {"role": role} if role else {}
    claims = jwt.decode(token(api, line.open(), **body).json()["token"], SECRET, algorithms=["HS256"])
    assert claims.get("role") == claim


@pytest.mark.parametrize("role", ["admin", "", None, 5])
def test_there_are_two_roles(api, line, role):
    answer = token(api, line.open(), role=role)
    assert (answer.status_code, "role" in answer.json()["message"]) == (400, True)
