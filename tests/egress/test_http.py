"""The session: no connection goes to an internal address, whatever a URL or a name server says."""

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from liveplatform.egress.http import MAX_RESPONSE_BYTES, guarded_session, read_prefix
from liveplatform.egress.url_policy import DestinationForbidden, check_address
from tests.support.ssrf_hosts import REFUSED, RESOLVING_INSIDE


class Canary:
    """Listens on 127.0.0.1 and ::1 and counts the connections it accepts."""

    def __init__(self) -> None:
        self.touched: list[str] = []
        self.v4 = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.v4.getsockname()[1]
        self.v6 = socket.create_server(("::1", self.port), family=socket.AF_INET6)
        for listening in (self.v4, self.v6):
            threading.Thread(target=self._listen, args=[listening], daemon=True).start()

    def _listen(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, peer = listening.accept()
            except OSError:
                return
            self.touched.append(str(peer))
            connection.close()

    def close(self) -> None:
        for listening in (self.v4, self.v6):
            listening.shutdown(socket.SHUT_RDWR)
            listening.close()


class StubResolver(AbstractResolver):
    """A resolver with given answers, one after the other; the last one is repeated."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.calls = 0

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        self.calls += 1
        found = self.answers[min(self.calls, len(self.answers)) - 1]
        return [self._result(host, port, address) for address in found]

    def _result(self, host: str, port: int, address: str) -> ResolveResult:
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return ResolveResult(
            hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST
        )

    async def close(self) -> None:
        return


@pytest.fixture
def canary() -> Iterator[Canary]:
    canary = Canary()
    yield canary
    canary.close()


@pytest.fixture(autouse=True)
def _strict(settings):
    settings.WEBHOOK_ALLOW_HTTP = True
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    settings.WEBHOOK_DENYLIST = []
    settings.WEBHOOK_TIMEOUT = 3.0


def ask(url, resolver=None, check=check_address, **options):
    """POST to a URL that was not checked before; the status and the start of the body."""

    async def request():
        async with (
            guarded_session(resolver, check) as http,
            http.post(url, data=b"{}", allow_redirects=False, **options) as answer,
        ):
            return answer.status, await read_prefix(answer)

    return asyncio.run(request())


def test_no_literal_or_disguised_host_reaches_the_canary(canary):
    refused = 0
    for host in REFUSED:
        for scheme in ("http", "https"):
            try:
                ask(f"{scheme}://{host}:{canary.port}/")
            except (aiohttp.ClientError, OSError, ValueError):
                refused += 1
    assert refused == 2 * len(REFUSED)
    assert canary.touched == []


@pytest.mark.parametrize("host", RESOLVING_INSIDE)
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "fe80::1%lo", "64:ff9b::7f00:1"])
def test_a_name_with_an_internal_address_is_refused(canary, host, address):
    with pytest.raises(DestinationForbidden):
        ask(f"http://{host}:{canary.port}/", StubResolver([address]))
    assert canary.touched == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1", "8.8.8.8"], ["8.8.8.8", "127.0.0.1"], ["2606:4700::1111", "::1"], ["8.8.8.8", "10.0.0.1"]],
)
def test_one_internal_address_among_several_refuses_the_host(canary, addresses):
    with pytest.raises(DestinationForbidden):
        ask(f"http://hooks.example.com:{canary.port}/", StubResolver(addresses))
    assert canary.touched == []


def test_rebinding_between_two_requests_is_refused(canary, settings):
    """The first answer is public and cannot be reached; by the second, the name leads inside."""
    settings.WEBHOOK_TIMEOUT = 0.2
    resolver = StubResolver(["192.0.2.1"], ["127.0.0.1"])

    def lenient(address):
        if address != ipaddress.ip_address("192.0.2.1"):
            check_address(address)

    with pytest.raises((OSError, TimeoutError)):
        ask(f"http://hooks.example.com:{canary.port}/", resolver, lenient)
    with pytest.raises(DestinationForbidden):
        ask(f"http://hooks.example.com:{canary.port}/", resolver, lenient)
    assert resolver.calls == 2
    assert canary.touched == []


def test_a_name_is_resolved_once_and_the_answer_is_what_is_connected_to(receiver):
    """A name server whose second answer would differ is not asked again."""
    port = receiver.base.rsplit(":", 1)[1]
    resolver = StubResolver(["127.0.0.1"], ["10.0.0.1"])
    status, _ = ask(f"http://hooks.example.com:{port}/ok", resolver, check=lambda _: None)
    assert (status, resolver.calls) == (200, 1)
    assert receiver.received("/ok")[-1].headers["host"] == f"hooks.example.com:{port}"


def test_the_peer_is_checked_after_connecting(canary):
    """An address that turns out to be forbidden only once connected gets no byte of the request."""
    verdicts = iter([None, None, DestinationForbidden("no")])

    def check(_address):
        if verdict := next(verdicts):
            raise verdict

    with pytest.raises(DestinationForbidden, match="another address"):
        ask(f"http://hooks.example.com:{canary.port}/", StubResolver(["127.0.0.1"]), check)


def test_redirects_are_not_followed(receiver, canary, settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    status, _ = ask(receiver.url(f"/redirect?to=http://127.0.0.1:{canary.port}/"))
    assert status == 302
    assert canary.touched == []


def test_proxies_of_the_environment_are_ignored(receiver, canary, settings, monkeypatch):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    assert ask(receiver.url("/ok"))[0] == 200
    assert canary.touched == []


def test_one_deadline_covers_all(receiver, settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    settings.WEBHOOK_TIMEOUT = 0.3
    with pytest.raises(TimeoutError):
        ask(receiver.url("/hang"))


def test_a_big_answer_is_cut_off(receiver, settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    status, body = ask(receiver.url("/big"))
    assert (status, len(body)) == (500, MAX_RESPONSE_BYTES)


def test_reading_an_endless_body_stops_soon(receiver, settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    status, body = ask(receiver.url("/drip"))
    assert status == 200
    assert 1 <= len(body) <= 10


def test_a_body_that_breaks_off_is_no_error(receiver, settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    assert ask(receiver.url("/reset")) == (200, b"thank ")


def test_the_certificate_must_be_the_hosts(settings, tmp_path):
    """The connection goes to a checked address, and the certificate must be valid for the name."""
    settings.WEBHOOK_ALLOW_LOOPBACK = True
    names = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listening.accept()
        try:
            context.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(OSError):
        ask(f"https://hooks.example.com:{listening.getsockname()[1]}/", StubResolver(["127.0.0.1"]))
    thread.join(3)
    listening.close()
    assert names == ["hooks.example.com"]


def test_hosts_share_no_cookies(receiver, settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = True

    async def twice():
        async with guarded_session() as http:
            for _ in range(2):
                async with http.post(receiver.url("/ok/cookies"), data=b"{}") as answer:
                    await read_prefix(answer)
            return len(http.cookie_jar)

    assert asyncio.run(twice()) == 0
