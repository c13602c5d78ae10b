"""Receiving request bodies on the event loop: no thread waits for a slow client.

A body that does not arrive within GRACE seconds must be worth waiting for: the credentials are judged before
more of it is read. Then it has settings.REQUEST_BODY_TIMEOUT seconds in all. A request whose body is not read
is answered by its view, which comes to its own refusal first, or to that of the WithheldBody.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from rest_framework import exceptions

from liveplatform.api.exceptions import TooLarge
from liveplatform.api.parsers import MAX_BODY

Receive = Callable[[], Awaitable[dict[str, Any]]]
# Whether a request may send its body, by its credentials and its address.
Judge = Callable[[], Awaitable[bool]]

GRACE = 0.1
# Of a body that is not wanted so much is read, so that the client comes to read the answer.
DISCARD_SECONDS = 2.0
DISCARD_BYTES = 16 * 1024 * 1024
# Bodies that take longer than GRACE, at a time: of an account and of all, of an address and of all others.
# The bytes are those of all bodies on their way, of accounts and of others.
MAX_OPEN_PER_CLIENT = 64
MAX_OPEN = 1024
MAX_OTHERS_PER_ADDRESS = 32
MAX_OTHERS = 256
MAX_OPEN_BYTES = 64 * 1024 * 1024


class ClientGone(Exception):
    """The client closed the connection before it had sent the body."""


class BodyTooLarge(TooLarge, RequestDataTooBig):
    """413: more than MAX_BODY. Outside the API's views Django answers 400."""


class BodyTimeout(exceptions.APIException, BadRequest):
    """408: the body did not arrive in time. Outside the API's views Django answers 400."""

    status_code = 408
    default_code = "request_timeout"
    default_detail = "The body did not arrive in time; send the request again."


class BodyRefused(exceptions.APIException, BadRequest):
    """503: so many bodies are being received that this one is not."""

    status_code = 503
    default_code = "busy"
    default_detail = "Too many request bodies are on their way at once; try again in a moment."
    wait = 1


class BodyUnwanted(exceptions.NotAuthenticated, BadRequest):
    """401: the body was not read, as the request may not send one."""


class WithheldBody:
    """In place of a body that is not read: reading it raises the reason."""

    def __init__(self, reason: Exception) -> None:
        self.reason = reason

    def read(self, size: int = -1) -> bytes:
        raise self.reason

    readline = read

    def __iter__(self) -> Iterator[bytes]:
        raise self.reason


Body = BytesIO | WithheldBody


class OpenBodies:
    """Counts the bodies that are being received, and their bytes."""

    def __init__(self, most: int = MAX_OPEN, per_client: int = MAX_OPEN_PER_CLIENT) -> None:
        self.most, self.per_client = most, per_client
        self.by_client: Counter[str] = Counter()
        self.bytes = 0

    @contextmanager
    def one(self, client: str) -> Iterator[None]:
        """One body more. Raises BodyRefused beyond the limits."""
        if self.by_client.total() >= self.most or self.by_client[client] >= self.per_client:
            raise BodyRefused
        self.by_client[client] += 1
        try:
            yield
        finally:
            self.by_client[client] -= 1
            if not self.by_client[client]:
                del self.by_client[client]


class BodyReader:
    """Receives the body of one request. Runs inside the request's own task, which it may cancel."""

    def __init__(self, receive: Receive, length: int | None, opened: OpenBodies, client: str) -> None:
        self.receive, self.length = receive, length
        self.opened, self.client = opened, client
        self.is_complete = length == 0
        self._reason: Exception | None = None
        self._task: asyncio.Task[Any] | None = None
        self._judging: asyncio.Task[None] | None = None

    async def read(self, judge: Judge) -> Body:
        """The body, or what stands for it. Raises ClientGone."""
        if self.is_complete:
            return BytesIO()
        if self.length is not None and self.length > MAX_BODY:
            return WithheldBody(BodyTooLarge())
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        timer = loop.call_later(GRACE, self._begin_judging, judge)
        try:
            return BytesIO(await self._read_counted())
        except asyncio.CancelledError:
            if self._reason is None or self._task is None:
                raise
            self._task.uncancel()
            return WithheldBody(self._reason)
        except (BodyTooLarge, BodyRefused) as reason:
            return WithheldBody(reason)
        finally:
            timer.cancel()
            if self._judging:
                self._judging.cancel()

    async def discard(self) -> bool:
        """Read what is left of the body for a while. Returns whether all of it has been read."""
        left = DISCARD_BYTES
        with suppress(TimeoutError, ClientGone):
            async with asyncio.timeout(DISCARD_SECONDS):
                while not self.is_complete and left > 0:
                    left -= len(await self._next_part())
        return self.is_complete

    async def _read_counted(self) -> bytes:
        if self.opened.bytes >= MAX_OPEN_BYTES:
            raise BodyRefused
        parts, received = [], 0
        try:
            while not self.is_complete:
                part = await self._next_part()
                parts.append(part)
                received += len(part)
                self.opened.bytes += len(part)
                if received > MAX_BODY:
                    raise BodyTooLarge
                self.is_complete = self.is_complete or received == self.length
            return parts[0] if len(parts) == 1 else b"".join(parts)
        finally:
            self.opened.bytes -= received

    async def _next_part(self) -> bytes:
        message = await self.receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        self.is_complete = not message.get("more_body", False)
        part: bytes = message.get("body", b"")
        return part

    def _begin_judging(self, judge: Judge) -> None:
        self._judging = asyncio.get_running_loop().create_task(self._judge(judge))

    async def _judge(self, judge: Judge) -> None:
        """Stop the reading if the request may send no body, or when its time is over."""
        try:
            if await judge():
                with self.opened.one(self.client):
                    await asyncio.sleep(settings.REQUEST_BODY_TIMEOUT - GRACE)
                self._reason = BodyTimeout()
            else:
                self._reason = BodyUnwanted()
        except BodyRefused as refusal:
            self._reason = refusal
        if self._task:
            self._task.cancel()
