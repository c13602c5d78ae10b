"""A media stream as JSON."""

import pytest

from calls.streams.representation import MediaStreamSerializer, public_url
from tests.calls.streams.streams import stream

pytestmark = pytest.mark.django_db


def test_shows_its_call_and_its_minutes(account):
    one = stream(account, seconds=61, status="stopped", outcome="stopped")
    shown = MediaStreamSerializer.write(one)
    assert shown["call_id"] == one.call_id
    assert (shown["minutes"], shown["outcome"], shown["error"]) == (2, "stopped", None)


def test_shows_no_credentials_of_the_service_url(account):
    one = stream(account, parameters={"service_url": "wss://me:pw@bot.example/ws?token=t0ken"})
    assert MediaStreamSerializer.write(one)["service_url"] == "wss://bot.example/ws"


def test_a_stream_without_a_service_url_shows_null():
    assert public_url("") is None
