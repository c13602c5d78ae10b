"""The chat beside a session."""

from datetime import timedelta

import jwt
import pytest
from django.utils import timezone

from sessions_app.exceptions import ChatNotConfigured, NotJoinable
from sessions_app.joining.chat import issue_chat_token
from sessions_app.joining.token import join_user
from tests.sessions_app.factories import HOST, session


def soon(account, **fields):
    return session(account, scheduled_at=timezone.now() + timedelta(minutes=10), **fields)


def test_a_token_for_the_users_of_stream(account, rooms):
    made = soon(account)
    access = issue_chat_token(made, HOST)
    secret = rooms.credentials()["api_secret"]
    claims = jwt.decode(access.token, secret, algorithms=["HS256"])
    assert (claims["user_id"], claims["exp"] - claims["iat"]) == (HOST, access.expires_in + 5)
    assert (access.api_key, access.channel_type) == (account.account_id, "livestream")
    assert access.channel_id == f"session-{made.pk}"
    join_user(made, HOST)
    made.refresh_from_db()
    assert issue_chat_token(made, HOST).api_key == access.api_key, "over its call's connection"


def test_without_a_connection_to_stream_there_is_no_chat(account):
    with pytest.raises(ChatNotConfigured):
        issue_chat_token(soon(account), HOST)


def test_only_who_may_join_may_chat(account, rooms):
    with pytest.raises(NotJoinable):
        issue_chat_token(soon(account), "ben")
