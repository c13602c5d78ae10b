"""The front of the web process: probes beside a full pool, streams to slow readers, refusals."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator

from django.http import HttpResponse, StreamingHttpResponse

from liveplatform.web import application, responses
from liveplatform.web.application import WebApplication

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/x",
    "query_string": b"",
    "http_version": "1.1",
    "scheme": "http",
    "server": ("127.0.0.1", 8000),
    "client": ("10.1.2.3", 5555),
    "headers": [],
}


async def never() -> dict:
    await asyncio.Event().wait()
    raise AssertionError


class Client:
    """Collects what is sent; a stalled one takes `most` parts of a body and then no more."""

    def __init__(self, most: int = 10**6) -> None:
        self.status, self.parts, self.most = 0, [], most
        self.headers: dict[str, str] = {}

    async def send(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message["body"]:
            if len(self.parts) >= self.most:
                await asyncio.sleep(60)
            self.parts.append(message["body"])

    body = property(lambda self: b"".join(self.parts))


async def get(
    app: WebApplication, path: str, *, client: Client | None = None, receive=never, key: str = ""
) -> Client:
    client = client or Client()
    headers = [(b"authorization", key.encode())] if key else []
    await app(SCOPE | {"path": path, "headers": headers}, receive, client.send)
    return client


def started(response, start_response):
    start_response(f"{response.status_code} OK", list(response.items()))
    return response


def test_probes_are_answered_beside_a_full_pool():
    release = threading.Event()

    def django(environ, start_response):
        if environ["PATH_INFO"] == "/x":
            release.wait(10)
        return started(HttpResponse(environ["PATH_INFO"]), start_response)

    async def run() -> list[Client]:
        app = WebApplication(django)
        blocked = [asyncio.create_task(get(app, "/x", key=str(n))) for n in range(20)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        probes = [await get(app, path) for path in ("/healthz", "/readyz", "/metrics")]
        assert time.monotonic() - began < 1
        release.set()
        await asyncio.gather(*blocked)
        return probes

    healthz, readyz, metrics = asyncio.run(run())
    assert (healthz.status, json.loads(healthz.body)) == (200, {"status": "ok"})
    assert (readyz.body, metrics.body) == (b"/readyz", b"/metrics")


def test_a_probe_that_hangs_is_503(monkeypatch):
    monkeypatch.setattr(application, "PROBE_SECONDS", 0.1)
    release = threading.Event()

    def django(environ, start_response):
        release.wait(10)
        return started(HttpResponse(), start_response)

    async def run() -> Client:
        answer = await get(WebApplication(django), "/readyz")
        release.set()
        return answer

    answer = asyncio.run(run())
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")


def test_requests_beyond_those_that_may_wait_are_503(monkeypatch):
    monkeypatch.setattr(application, "WAITING_PER_CLIENT", 3)
    release = threading.Event()

    def django(environ, start_response):
        release.wait(10)
        return started(HttpResponse(), start_response)

    async def run() -> list[Client]:
        app = WebApplication(django)
        asked = [asyncio.create_task(get(app, "/v1/calls", key="k")) for _ in range(10)]
        await asyncio.sleep(0.2)
        release.set()
        return await asyncio.gather(*asked)

    answers = asyncio.run(run())
    refused = [answer for answer in answers if answer.status == 503]
    assert refused
    assert json.loads(refused[0].body)["error"] == "busy"
    assert len(answers) - len(refused) >= 3


class Export:
    """A streamed answer that knows whether it was closed."""

    def __init__(self, parts: int) -> None:
        self.parts, self.closed, self.threads = parts, threading.Event(), set()

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.parts):
            self.threads.add(threading.current_thread().name)
            yield b"x" * 100_000

    def django(self, environ, start_response):
        response = StreamingHttpResponse(self)
        response._resource_closers.append(self.closed.set)
        return started(response, start_response)


def test_a_stream_is_sent_whole_and_closed():
    export = Export(30)
    answer = asyncio.run(get(WebApplication(export.django), "/x"))
    assert (answer.status, len(answer.body)) == (200, 3_000_000)
    assert export.closed.is_set()


def test_stalled_readers_hold_no_thread_and_are_given_up(monkeypatch):
    monkeypatch.setattr(responses, "STALL_SECONDS", 0.5)
    exports = [Export(1000) for _ in range(20)]
    taken = iter(exports)

    def django(environ, start_response):
        if environ["PATH_INFO"] == "/export":
            return next(taken).django(environ, start_response)
        return started(HttpResponse(b"ok"), start_response)

    async def run() -> None:
        app = WebApplication(django)
        stalled = [asyncio.create_task(get(app, "/export", client=Client(2), key="k")) for _ in exports]
        await asyncio.sleep(0.2)
        began = time.monotonic()
        assert (await get(app, "/x", key="k")).body == b"ok"
        assert time.monotonic() - began < 0.3
        await asyncio.wait_for(asyncio.gather(*stalled), 10)

    asyncio.run(run())
    assert all(export.closed.is_set() for export in exports)


def test_a_stream_whose_client_has_gone_is_closed():
    export = Export(10**6)

    async def gone() -> dict:
        await asyncio.sleep(0.1)
        return {"type": "http.disconnect"}

    asyncio.run(asyncio.wait_for(get(WebApplication(export.django), "/x", receive=gone), 10))
    assert export.closed.is_set()


def test_a_stream_that_fails_ends_and_is_closed():
    class Failing(Export):
        def __iter__(self) -> Iterator[bytes]:
            yield b"a"
            raise RuntimeError("the database is gone")

    export = Failing(1)
    answer = asyncio.run(get(WebApplication(export.django), "/x"))
    assert answer.status == 200
    assert export.closed.is_set()
