"""Joining over REST: who may ask for whom, and the errors."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.sessions_app.factories import HOST, registration, session, user_token


@pytest.fixture
def made(account):
    return session(account, scheduled_at=timezone.now() + timedelta(minutes=10))


def join(api, made, body, **headers):
    return api("POST", f"/v1/sessions/{made.pk}/join", body, **headers)


def test_a_key_joins_for_a_registered_user(api, made, rooms):
    registration(made)
    answer = join(api, made, {"user_id": "anna"})
    assert answer.status_code == 200, answer.content
    body = answer.json()
    made.refresh_from_db()
    assert body["call_id"] == str(made.call_id)
    assert (body["provider"], body["role"], body["url"]) == ("getstream", "participant", None)
    assert body["token"] and body["api_key"]


@pytest.mark.parametrize("body", [{}, {"user_id": ""}, {"user_id": 3}, {"user_id": "x" * 256}])
def test_a_user_is_needed(api, made, body):
    answer = join(api, made, body)
    assert (answer.status_code, "user_id" in answer.json()["message"]) == (400, True)


def test_whoever_may_not_join_is_told_why(api, made, rooms):
    answer = join(api, made, {"user_id": "anna"})
    assert answer.status_code == 412
    body = answer.json()
    assert (body["error"], body["reason"]) == ("not_joinable", "not_registered")
    assert body["starts_at"] == made.scheduled_at.isoformat().replace("+00:00", "Z")


def test_without_a_provider_there_is_no_room(api, made):
    answer = join(api, made, {"user_id": HOST})
    assert (answer.status_code, answer.json()["error"]) == (503, "provider_not_configured")


def test_a_session_of_another_account_or_brand_is_not_there(api, made, rooms):
    assert api("POST", f"/v1/sessions/{uuid.uuid4()}/join", {"user_id": HOST}).status_code == 404
    assert join(api, made, {"user_id": HOST}, X_Brand_Id="other").status_code == 404


def test_a_user_joins_under_their_own_id_only(api, account, made, rooms):
    mine = {"Authorization": f"Bearer {user_token(account, HOST)}"}
    assert join(api, made, {"user_id": HOST}, **mine).status_code == 200
    assert join(api, made, {"user_id": "anna"}, **mine).status_code == 403


def test_chat(api, made, rooms):
    answer = api("GET", f"/v1/sessions/{made.pk}/chat-token", X_User_Id=HOST)
    assert answer.status_code == 200
    assert list(answer.json()) == ["api_key", "token", "user_id", "channel_id", "channel_type", "expires_in"]
    assert api("GET", f"/v1/sessions/{made.pk}/chat-token").status_code == 400
    assert api("GET", f"/v1/sessions/{made.pk}/chat-token", X_User_Id="ben").status_code == 412


def test_chat_without_a_connection(api, made):
    answer = api("GET", f"/v1/sessions/{made.pk}/chat-token", X_User_Id=HOST)
    assert (answer.status_code, answer.json()["error"]) == (503, "chat_not_configured")
