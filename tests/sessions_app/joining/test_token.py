"""Joining: the call is made, and the token is the provider's."""

from datetime import timedelta

import jwt
import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Call
from liveplatform.accounts.connections import upsert_connection
from sessions_app.exceptions import NotJoinable
from sessions_app.joining.token import TOKEN_SECONDS, join, join_user
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Session
from tests.sessions_app.factories import HOST, key_caller, registration, session
from tests.support.sandbox import SECRET


def soon(account, **fields):
    return session(account, scheduled_at=timezone.now() + timedelta(minutes=10), **fields)


def claims(joining):
    return jwt.decode(joining.token, options={"verify_signature": False})


def test_the_first_who_joins_makes_the_call(account, rooms, sandbox):
    made = soon(account)
    anna = registration(made)
    joining = join(made, anna)
    made.refresh_from_db()
    assert joining.call.pk == made.call_id
    assert sandbox.room("default", str(made.call_id))["custom"]["title"] == made.title
    assert claims(joining)["user_id"] == "anna"
    assert claims(joining)["call_cids"] == [f"default:{made.call_id}"]
    assert (joining.api_key, joining.url, joining.expires_in) == (account.account_id, "", TOKEN_SECONDS)
    assert join_user(made, "anna").call.pk == made.call_id, "no second call"
    assert Call.objects.filter(metadata__session_id=str(made.pk)).count() == 1


def test_hosts_get_the_role_of_a_host(account, rooms):
    made = soon(account)
    assert claims(join_user(made, HOST))["role"] == "host"
    assert "role" not in claims(join(made, registration(made)))


def test_a_room_of_livekit_has_an_address(account, sandbox_url, sandbox):
    given = {"api_key": "APIkey", "api_secret": SECRET}
    upsert_connection(account, "livekit", given, base_url=sandbox_url)
    made = soon(account, provider="livekit")
    joining = join_user(made, HOST)
    assert (joining.url, joining.api_key, claims(joining)["sub"]) == (sandbox_url, "", HOST)
    assert claims(joining)["video"]["room"] == str(joining.call.pk)


def test_the_call_of_a_live_session_is_not_made_again(account, rooms):
    made = start_session(session(account).pk, key_caller(account))
    end(made.call_id, account_id=account.pk, actor="test")
    with pytest.raises(NotJoinable) as refused:
        join_user(made, HOST)
    assert refused.value.reason == "over"


def test_a_session_cancelled_meanwhile_is_over(account, rooms):
    made = soon(account)
    Session.objects.filter(pk=made.pk).update(status="cancelled")
    with pytest.raises(NotJoinable) as refused:
        join_user(made, HOST)
    assert refused.value.reason == "over"
