"""Connections whose events are signed by the test, and live calls over them."""

import pytest
from django.db.models.functions import Now

from liveplatform.accounts.connections import upsert_connection
from tests.support.factories import phone_call, phone_connection, video_call


@pytest.fixture
def telephony(account):
    return phone_connection(account)


@pytest.fixture
def stream(account):
    given = {"api_key": "app", "api_secret": "a-secret-of-at-least-32-characters"}
    return upsert_connection(account, "getstream", given)


@pytest.fixture
def phone(account):
    """A live phone call whose id at Twilio is CA1."""
    call = phone_call(account, provider_call_id="CA1", started_at=Now())
    call.refresh_from_db()
    return call


@pytest.fixture
def video(account, stream):
    """A live video call whose id at Stream is room-1."""
    return video_call(account, connection=stream, provider_call_id="room-1")
