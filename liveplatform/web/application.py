"""The ASGI application of the web process: a front for Django's WSGI application.

On the event loop: bodies are received under a deadline, answers are sent to clients as slow as they are, and
/healthz is answered. In threads: Django. A client that stalls holds none of them.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import structlog

from liveplatform.api.parsers import MAX_BODY
from liveplatform.api.surfaces import Problem, surface_for_path
from liveplatform.json_codec import dumps
from liveplatform.web.admission import may_send_body
from liveplatform.web.bodies import (
    MAX_OTHERS,
    MAX_OTHERS_PER_ADDRESS,
    Body,
    BodyReader,
    ClientGone,
    OpenBodies,
    Receive,
    WithheldBody,
)
from liveplatform.web.clients import Clients
from liveplatform.web.environ import Environ, body_length, make_environ
from liveplatform.web.pool import FairPool, Overloaded
from liveplatform.web.responses import Answer, Closable, Send, Stream, send_stream, send_whole

log = structlog.get_logger(__name__)
T = TypeVar("T")

WSGIApplication = Callable[[Environ, Any], Any]

# Request threads of a process; a client has at most so many of them, so that two are left to the others.
THREADS = 8
THREADS_PER_CLIENT = 6
# Requests that wait for a thread, in all and of one client; the next one gets 503.
WAITING = 1000
WAITING_PER_CLIENT = 200
# Probes have threads of their own, and an answer after so many seconds in any case.
PROBES = frozenset({"/readyz", "/metrics"})
PROBE_THREADS = 2
PROBES_WAITING = 16
PROBE_SECONDS = 5.0

HEALTHY = Answer(
    200, [(b"content-type", b"application/json"), (b"cache-control", b"no-store")], b'{"status": "ok"}'
)


class WebApplication:
    """Serves a WSGI application whose results are Django's responses."""

    def __init__(self, wsgi: WSGIApplication) -> None:
        self.wsgi = wsgi
        self.requests = FairPool(
            THREADS, per_client=THREADS_PER_CLIENT, waiting=WAITING, waiting_per_client=WAITING_PER_CLIENT
        )
        self.probes = FairPool(
            PROBE_THREADS, per_client=PROBE_THREADS, waiting=PROBES_WAITING, waiting_per_client=PROBES_WAITING
        )
        self.clients = Clients()
        self.opened, self.opened_by_others = OpenBodies(), OpenBodies(MAX_OTHERS, MAX_OTHERS_PER_ADDRESS)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        if path == "/healthz" and method in ("GET", "HEAD"):
            await send_whole(send, HEALTHY)
        elif path in PROBES:
            await self._probe(make_environ(scope), send)
        else:
            await self._serve(make_environ(scope), receive, send)

    async def _serve(self, environ: Environ, receive: Receive, send: Send) -> None:
        client, is_account = self.clients.of(environ)
        opened = self.opened if is_account else self.opened_by_others
        reader = BodyReader(receive, body_length(environ), opened, client)
        try:
            body = await reader.read(lambda: self._in_thread(client, partial(may_send_body, environ), False))
        except ClientGone:
            return
        environ["wsgi.input"] = body
        if reader.length is None:
            _set_length(environ, body)
        answer = await self._in_thread(client, partial(self._run, environ), _overloaded(environ))
        self.clients.remember(environ)
        if not reader.is_complete:
            answer.headers = [*answer.headers, (b"connection", b"close")]
        if answer.stream:
            await self._stream(client, answer, answer.stream, receive, send)
        else:
            await send_whole(send, answer)
        if not reader.is_complete:
            await reader.discard()

    async def _probe(self, environ: Environ, send: Send) -> None:
        environ["wsgi.input"] = WithheldBody(ValueError("a probe has no body"))
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                job = partial(self._run, environ)
                answer = await self._in_thread("", job, _overloaded(environ), self.probes)
        except TimeoutError:
            answer = _problem(environ, f"The check took longer than {PROBE_SECONDS:g} seconds.")
        await send_whole(send, answer)

    async def _stream(
        self, client: str, answer: Answer, stream: Stream, receive: Receive, send: Send
    ) -> None:
        is_gone = asyncio.Event()
        watch = asyncio.create_task(_watch(receive, is_gone))
        next_part = partial(self._in_thread, client, partial(_next_part, stream), None)
        try:
            if not await send_stream(send, answer, next_part, is_gone):
                log.info("stream_given_up")
        finally:
            watch.cancel()
            await self._in_thread(client, stream.close, None)

    def _run(self, environ: Environ) -> Answer:
        answer = Answer()
        response: Closable = self.wsgi(environ, answer.start_response)
        answer.take(response, is_head=environ["REQUEST_METHOD"] == "HEAD")
        return answer

    async def _in_thread(
        self, client: str, function: Callable[[], T], overloaded: T, pool: FairPool | None = None
    ) -> T:
        """The function's result; `overloaded` if too many requests wait. Raises what it raises."""
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        try:
            (pool or self.requests).submit(client, partial(_resolve, loop, result, function))
        except Overloaded:
            return overloaded
        return await result


def _resolve(loop: asyncio.AbstractEventLoop, result: "asyncio.Future[T]", function: Callable[[], T]) -> None:
    """Run the function in this thread, and set its result in the loop's."""
    try:
        value = function()
    except Exception as error:  # noqa: BLE001 - raised again where the result is awaited
        loop.call_soon_threadsafe(_set, result.set_exception, result, error)
    else:
        loop.call_soon_threadsafe(_set, result.set_result, result, value)


def _set(setter: Callable[[Any], None], result: "asyncio.Future[Any]", value: object) -> None:
    if not result.done():
        setter(value)


def _next_part(stream: Stream) -> bytes | None:
    """The stream's next part; None also where it fails: the answer is over, and incomplete."""
    try:
        return stream.next_part()
    except Exception:  # noqa: BLE001 - as Django does for an answer that is not streamed
        log.exception("stream_failed")
        stream.close()
        return None


async def _watch(receive: Receive, is_gone: asyncio.Event) -> None:
    """Set the event when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    is_gone.set()


def _set_length(environ: Environ, body: Body) -> None:
    """A body that came in chunks gets a length, without which Django and DRF see none."""
    length = MAX_BODY + 1 if isinstance(body, WithheldBody) else body.getbuffer().nbytes
    environ["CONTENT_LENGTH"] = str(length)
    environ.pop("HTTP_TRANSFER_ENCODING", None)


def _overloaded(environ: Environ) -> Answer:
    return _problem(environ, "Too many requests are waiting; try again in a moment.")


def _problem(environ: Environ, message: str) -> Answer:
    """503 in the shape of the surface that claims the path."""
    problem = Problem(503, "busy", message)
    body = dumps(surface_for_path(environ["PATH_INFO"]).render(problem))
    return Answer(503, [(b"content-type", b"application/json"), (b"retry-after", b"1")], body)
