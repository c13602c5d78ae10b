"""Requests to providers pass the address policy: a base_url does not reach the internal network."""

import socket
import time

import pytest

from liveplatform.egress.provider_policy import is_allowed
from providers import sockets
from providers.errors import NotConfigured, Unavailable
from providers.registry import build_adapter


@pytest.fixture
def canary():
    """An internal service; its port, and whether a connection reached it."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.2)

    def visited():
        try:
            listening.accept()
        except TimeoutError:
            return False
        return True

    yield listening.getsockname()[1], visited
    listening.close()


def twilio(host, port):
    given = {"account_sid": "AC1", "auth_token": "secret-token"}
    return build_adapter(
        "twilio",
        given,
        base_url=f"http://{host}:{port}",
        key=f"{host}{time.time()}",
        timeout=2,
        address_policy=is_allowed,
    )


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
)
def test_an_internal_address_is_not_connected_to(canary, settings, host):
    settings.PROVIDER_ALLOWLIST = []
    port, visited = canary
    with pytest.raises((NotConfigured, Unavailable)) as caught:
        twilio(host, port).call_status("CA1")
    assert not visited()
    assert isinstance(caught.value, NotConfigured) or "127.0.0.1" not in host


def test_one_internal_address_among_public_ones_refuses_the_host(canary, settings, monkeypatch):
    settings.PROVIDER_ALLOWLIST = []
    port, visited = canary
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("127.0.0.1", "93.184.216.34")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(NotConfigured, match="leads to an internal host"):
        twilio("rebinding.example.com", port).call_status("CA1")
    assert not visited()


@pytest.mark.parametrize("entry", ["localhost", "127.0.0.0/8"])
def test_what_the_operator_names_is_connected_to(canary, settings, entry):
    settings.PROVIDER_ALLOWLIST = [entry]
    port, visited = canary
    with pytest.raises(Unavailable):  # nobody answers
        twilio("localhost" if entry == "localhost" else "127.0.0.1", port).call_status("CA1")
    assert visited()


def test_a_name_server_that_does_not_answer_is_within_the_deadline(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(4))
    began = time.monotonic()
    with pytest.raises(Unavailable, match="could not be reached"):
        twilio("slow.example.com", 80).call_status("CA1")
    assert time.monotonic() - began < 3


def test_nothing_is_sent_once_the_time_for_all_requests_is_over(sandbox_url, sandbox):
    adapter = build_adapter("getstream", {"api_key": "k", "api_secret": "s" * 32}, base_url=sandbox_url)
    room_id = f"late-{time.monotonic()}"
    with sockets.requests_until(time.monotonic() - 0.01), pytest.raises(Unavailable) as raised:
        adapter.open_room("default", room_id, created_by="h")
    assert raised.value.code == "lease_over" and sandbox.ledger(resource=room_id) == []
    adapter.open_room("default", room_id, created_by="h")
