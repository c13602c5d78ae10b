"""The sandbox of `make up`: its port, and where it sends events."""

from calls.demo.sandbox import SEND_EVENTS_ENV, callback_targets, known_secrets, sandbox_port
from calls.models import Call
from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Connection

TWILIO = {"account_sid": "AC1", "auth_token": "secret-token"}


def no_connections() -> None:
    Call.objects.all().delete()
    Connection.objects.all().delete()


def test_the_port_is_that_of_the_stored_connections(account):
    no_connections()
    assert sandbox_port(None, 9000) == 9000
    upsert_connection(account, "twilio", TWILIO, base_url="http://127.0.0.1:9000")
    assert sandbox_port(None, 9010) == 9000


def test_events_go_to_the_connections_of_this_sandbox(account, monkeypatch):
    no_connections()
    given = {"api_key": "k", "api_secret": "s"}
    here = upsert_connection(account, "getstream", given, base_url="http://127.0.0.1:9000")
    upsert_connection(account, "livekit", given, base_url="ws://127.0.0.1:7880")
    assert callback_targets(9000) == []
    monkeypatch.setenv(SEND_EVENTS_ENV, "1")
    assert callback_targets(9000) == [{"key": "k", "secret": "s", "url": here.events_url}]
    assert callback_targets(9010) == []


def test_the_sandbox_knows_the_tokens_of_its_connections(account, monkeypatch):
    no_connections()
    upsert_connection(account, "twilio", TWILIO, base_url="http://127.0.0.1:9000")
    upsert_connection(account, "twilio", TWILIO | {"account_sid": "AC2"}, base_url="http://127.0.0.1:9010")
    assert known_secrets(9000) == {}
    monkeypatch.setenv(SEND_EVENTS_ENV, "1")
    vobiz = {"auth_id": "MA_1", "auth_token": "of vobiz"}
    upsert_connection(account, "vobiz", vobiz, base_url="http://127.0.0.1:9000")
    assert known_secrets(9000) == {"AC1": "secret-token", "MA_1": "of vobiz"}


def test_a_requested_port_moves_the_connections_of_the_sandbox(account):
    no_connections()
    upsert_connection(account, "twilio", TWILIO, base_url="http://127.0.0.1:9000")
    given = {"api_key": "k", "api_secret": "s"}
    upsert_connection(account, "getstream", given, base_url="http://127.0.0.1:9000")
    upsert_connection(account, "livekit", given, base_url="ws://127.0.0.1:7880")
    assert sandbox_port(9500, 9000) == 9500
    at = dict(Connection.objects.values_list("provider", "base_url"))
    moved = "http://127.0.0.1:9500"
    assert at == {"twilio": moved, "getstream": moved, "livekit": "ws://127.0.0.1:7880"}
