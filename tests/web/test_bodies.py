"""Slow and unwanted bodies, against the served web process: nobody else waits for them."""

import json
import time

import pytest
import requests

from liveplatform.api.parsers import MAX_BODY
from tests.support.slow_clients import connect, head, pace, read_response, slow_senders


@pytest.fixture
def bearer(customer):
    return f"Authorization: Bearer {customer.key}"


@pytest.fixture
def ask(platform, customer):
    """An ordinary request of a customer: its list of calls, on a connection of its own each time."""

    def list_calls() -> None:
        key = {"Authorization": f"Bearer {customer.key}"}
        assert requests.get(f"{platform.url}/v1/calls?limit=1", headers=key, timeout=10).status_code == 200

    for _ in range(8):  # the threads connect to the database
        list_calls()
    return list_calls


def healthz(platform) -> float:
    began = time.monotonic()
    assert requests.get(f"{platform.url}/healthz", timeout=10).json() == {"status": "ok"}
    return time.monotonic() - began


@pytest.mark.parametrize("path", ["/v1/webhooks/endpoints", "/v1/live/calls", "/calls/make-call"])
def test_bodies_of_anonymous_clients_are_not_waited_for(platform, path, ask):
    first = head("POST", path, length=100_000) + b"{"
    with slow_senders(platform.url, first, 40, drip=b" ") as peers:
        assert healthz(platform) < 1
        assert pace(ask, 0.5).p95 < 2
        answers = [read_response(peer) for peer in peers]
    assert {status for status, _, _ in answers} == {401}
    assert all(json.loads(body) for _, _, body in answers)


def test_slow_bodies_of_customers_hold_up_nobody_and_have_a_deadline(platform, bearer, ask):
    first = head("POST", "/v1/webhooks/endpoints", bearer, length=100_000) + b"{"
    began = time.monotonic()
    with slow_senders(platform.url, first, 40, drip=b" ") as peers:
        assert healthz(platform) < 1
        assert pace(ask, 0.5).p95 < 2
        status, headers, body = read_response(peers[0])
    assert (status, json.loads(body)["error"]) == (408, "request_timeout")
    assert headers["connection"] == "close"
    assert time.monotonic() - began < 6


def test_slow_headers_hold_up_nobody(platform, ask):
    with slow_senders(platform.url, b"POST /v1/calls HTTP/1.1\r\nHost: x\r\n", 200, drip=b"X-A: b\r\n"):
        assert healthz(platform) < 1
        assert pace(ask, 0.5).p95 < 2


def test_a_slow_log_in_holds_up_nobody(platform, ask):
    first = head(
        "POST", "/admin/login/", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 9999"
    )
    with slow_senders(platform.url, first, 40, drip=b"a"):
        assert healthz(platform) < 1
        assert pace(ask, 0.5).p95 < 2


def test_a_connection_is_usable_after_a_refusal_before_its_body(platform, bearer):
    with connect(platform.url) as peer:
        body = b"x" * 200_000
        peer.sendall(head("POST", "/v1/webhooks/endpoints", length=len(body)) + body)
        assert read_response(peer)[0] == 401
        peer.sendall(head("POST", "/v1/webhooks/endpoints", bearer, length=2) + b"{}")
        assert read_response(peer)[0] == 400
        peer.sendall(head("GET", "/v1/calls?limit=1", bearer))
        assert read_response(peer)[0] == 200


def test_a_body_that_arrives_late_is_taken(platform, bearer):
    with connect(platform.url) as peer:
        peer.sendall(head("POST", "/v1/webhooks/endpoints", bearer, length=11) + b'{"url"')
        time.sleep(0.4)
        peer.sendall(b": 1} ")
        status, _, body = read_response(peer)
    assert (status, json.loads(body)["error"]) == (400, "validation_error")


def test_a_chunked_body_is_read(platform, bearer):
    with connect(platform.url) as peer:
        chunked = ("Transfer-Encoding: chunked", "Content-Type: application/json")
        peer.sendall(head("POST", "/v1/webhooks/endpoints", bearer, *chunked) + b'5\r\n{"url\r\n')
        time.sleep(0.05)
        peer.sendall(b'5\r\n": 1}\r\n0\r\n\r\n')
        status, _, body = read_response(peer)
        assert (status, list(json.loads(body)["fields"])) == (400, ["url"])
        peer.sendall(head("GET", "/healthz"))
        assert read_response(peer)[0] == 200


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_refused_without_reading_it_all(platform, bearer, declared):
    path = "/v1/webhooks/endpoints"
    with connect(platform.url) as peer:
        if declared:
            peer.sendall(head("POST", path, bearer, length=50 * MAX_BODY) + b"{")
        else:
            kind = ("Transfer-Encoding: chunked", "Content-Type: application/json")
            peer.sendall(head("POST", path, bearer, *kind))
            part = b" " * (MAX_BODY // 2)
            for _ in range(4):
                peer.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        status, headers, body = read_response(peer)
    assert (status, json.loads(body)["error"]) == (413, "payload_too_large")
    assert headers["connection"] == "close"


def test_a_client_that_asks_before_it_sends_is_refused_without_its_body(platform):
    with connect(platform.url) as peer:
        peer.sendall(head("POST", "/v1/webhooks/endpoints", "Expect: 100-continue", length=500_000))
        peer.settimeout(3)
        first = peer.recv(1000)
    assert (
        b" 401 " in first.replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"").split(b"\r\n")[0] or b"100" in first
    )


def test_a_path_without_a_view_needs_no_body(platform):
    with connect(platform.url) as peer:
        peer.sendall(head("POST", "/v1/nothing-here", length=5000))
        assert read_response(peer)[0] == 404


def test_a_client_that_leaves_within_its_body_changes_nothing(platform, bearer, ask):
    for _ in range(20):
        with connect(platform.url) as peer:
            peer.sendall(head("POST", "/v1/webhooks/endpoints", bearer, length=500) + b"{")
    ask()
