"""Sending a WSGI application's answer over ASGI; a streamed one holds a thread only while a part is made."""

import asyncio
import contextvars
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

log = structlog.get_logger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# A client must read PIECE_BYTES within STALL_SECONDS, or its streamed answer is given up.
PIECE_BYTES = 256 * 1024
STALL_SECONDS = 30.0
# Parts of a stream are made together until there are so many bytes, or for so long (s).
GATHER_BYTES = 64 * 1024
GATHER_SECONDS = 0.05


class Closable(Protocol):
    """What a WSGI application returns, as Django does."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None: ...


@dataclass
class Answer:
    """Status, headers, and either the whole body or a stream of it."""

    status: int = 500
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    stream: "Stream | None" = None

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:  # noqa: ANN401 - PEP 3333
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    def take(self, response: Closable, *, is_head: bool) -> None:
        """Take over the application's result; called in the thread that ran it."""
        if is_head and getattr(response, "streaming", False):
            response.close()
        elif getattr(response, "streaming", False):
            self.stream = Stream(response)
        else:
            self.body = b"".join(response)
            response.close()


class Stream:
    """A body that is made part by part, each in any thread, with the context variables of its request."""

    def __init__(self, response: Closable) -> None:
        self._response, self._parts = response, iter(response)
        self._context = contextvars.copy_context()
        self._is_closed = False
        self._failure: Exception | None = None

    def next_part(self) -> bytes | None:
        """Some of what follows, maybe nothing yet; None at the end. Closes the response there."""
        return self._context.run(self._next_part)

    def close(self) -> None:
        """Give up the rest of it. Idempotent."""
        self._context.run(self._close)

    def _close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._response.close()

    def _next_part(self) -> bytes | None:
        if self._failure:
            raise self._failure
        gathered, until = bytearray(), time.monotonic() + GATHER_SECONDS
        while len(gathered) < GATHER_BYTES and time.monotonic() < until:
            try:
                part = next(self._parts, None)
            except Exception as error:  # noqa: BLE001 - raised once what was made before it has been sent
                self._failure = error
                break
            if part is None:
                if not gathered:
                    self._close()
                    return None
                break
            gathered += part
        return bytes(gathered)


async def send_whole(send: Send, answer: Answer) -> None:
    """Send an answer whose body is there."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": False})


async def send_stream(
    send: Send, answer: Answer, next_part: Callable[[], Awaitable[bytes | None]], is_gone: asyncio.Event
) -> bool:
    """Send a streamed answer. False if the client went away, stalled, or the stream failed."""
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    whole = False
    with suppress(TimeoutError):
        while not is_gone.is_set():
            part = await next_part()
            if part is None:
                whole = True
                break
            for piece in _pieces(part):
                async with asyncio.timeout(STALL_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
    return whole


def _pieces(part: bytes) -> Iterator[bytes]:
    if len(part) <= PIECE_BYTES:
        return iter([part] if part else [])
    return (part[first : first + PIECE_BYTES] for first in range(0, len(part), PIECE_BYTES))
