"""Keep-alive: a response sent before the request was read leaves the connection usable."""

import http.client
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from liveplatform.dev.stack import LocalStack

JSON = {"Content-Type": "application/json"}
WRONG = JSON | {"Authorization": "Bearer lp_0123456789ab_wrong"}
PAIRS = 200


@pytest.fixture
def connection(platform: LocalStack) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(platform.url).netloc, timeout=20)
    connection.connect()
    connection.auto_open = 0  # once closed it stays closed, and the next request fails
    yield connection
    connection.close()


def status(connection, method, path, body=None, headers=JSON) -> int:
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


@pytest.mark.parametrize("size", [20, 200_000])
@pytest.mark.parametrize(
    ("path", "headers", "early"),
    [
        ("/calls/end", WRONG, 401),
        ("/v1/live/calls", WRONG, 401),
        ("/v1/nothing", JSON, 404),
        ("/healthz", JSON, 405),
    ],
)
def test_a_connection_outlives_an_answer_that_came_before_the_body(connection, path, headers, early, size):
    body = json.dumps({"call_id": "x" * size})
    for _ in range(PAIRS if size < 1000 else 20):
        assert status(connection, "POST", path, body, headers) == early
        assert status(connection, "GET", "/v1/nothing") == 404


def test_chunked_bodies_are_drained_too(connection):
    for _ in range(20):
        connection.request("POST", "/calls/end", iter([b'{"call_', b'id": ""}']), WRONG, encode_chunked=True)
        assert connection.getresponse().read()
        assert status(connection, "GET", "/v1/nothing") == 404


def test_a_body_in_chunks_is_a_body(customer, connection):
    call = customer.phone_call(transcript=False)
    body = json.dumps({"call_id": call.id}).encode()
    good = JSON | {"Authorization": f"Bearer {customer.key}"}
    connection.request("POST", "/calls/end", iter([body[:20], body[20:]]), good, encode_chunked=True)
    assert json.loads(connection.getresponse().read())["data"]["id"] == call.id


def test_too_much_in_chunks_is_413(customer, connection):
    good = JSON | {"Authorization": f"Bearer {customer.key}"}
    parts = iter([b"x" * 65536] * 17)
    connection.request("POST", "/v1/live/calls", parts, good, encode_chunked=True)
    assert connection.getresponse().status == 413


def test_a_body_over_the_limit_closes_the_connection_with_a_header(platform):
    address = urlsplit(platform.url)
    head = f"POST /calls/end HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 9000000\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        client.sendall(head.encode() + b"{")
        answer = b"".join(iter(lambda: client.recv(65536), b"")).lower()
    assert answer.startswith(b"http/1.1 401")
    assert b"connection: close" in answer
