"""A voice bot: a WebSocket server in the test, which keeps what it is sent and does what the test tells it."""

import asyncio
import base64
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from aiohttp import WSMsgType, web

from providers.sandbox.forker import Forker, ForkEvent, ForkRequest

Act = Callable[["Visit", dict[str, Any]], Awaitable[None]]


class Visit:
    """One connection to the bot."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.closed = asyncio.Event()
        self.close_code: int | None = None

    def of(self, event: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["event"] == event]

    def audio(self, track: str = "inbound") -> bytes:
        media = [each["media"] for each in self.of("media")]
        return b"".join(base64.b64decode(each["payload"]) for each in media if each["track"] == track)

    async def say(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def play(self, audio: bytes, content_type: str = "audio/x-mulaw", rate: int = 8000) -> None:
        payload = base64.b64encode(audio).decode()
        await self.say(
            event="playAudio", media={"contentType": content_type, "sampleRate": rate, "payload": payload}
        )


class Bot:
    """`act` is called with every message; `refuse` is a status for handshakes; without `reads` it reads nothing."""

    def __init__(self, act: Act | None = None, refuse: int = 0, reads: bool = True) -> None:
        self.act, self.refuse, self.reads = act, refuse, reads
        self.visits: list[Visit] = []
        self.url, self.xml = "", '<Response><Wait length="120"/></Response>'

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if self.refuse:
            return web.Response(status=self.refuse)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        visit = Visit(socket)
        self.visits.append(visit)
        if not self.reads:
            request.transport.pause_reading()
            await visit.closed.wait()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                visit.times.append(time.monotonic())
                visit.messages.append(json.loads(message.data))
                if self.act:
                    await self.act(visit, visit.messages[-1])
        visit.close_code = socket.close_code
        visit.closed.set()
        return socket

    async def instruct(self, request: web.Request) -> web.Response:
        """The answer to a call."""
        return web.Response(text=self.xml.format(url=self.url), content_type="application/xml")

    @property
    def answer_url(self) -> str:
        return self.url.replace("ws://", "http://").replace("/audio", "/xml")

    async def visit(self, index: int = 0) -> Visit:
        """Its connection of this number, once it is there."""
        await until(lambda: len(self.visits) > index)
        return self.visits[index]


@contextlib.asynccontextmanager
async def running(bot: Bot) -> AsyncIterator[Bot]:
    app = web.Application()
    app.add_routes([web.get("/audio", bot.answer), web.route("*", "/xml", bot.instruct)])
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bot.url = f"ws://127.0.0.1:{runner.addresses[0][1]}/audio"
    try:
        yield bot
    finally:
        for visit in bot.visits:
            visit.closed.set()
        await runner.cleanup()


@contextlib.contextmanager
def in_thread(bot: Bot) -> Iterator[Bot]:
    """The bot running beside a test that is not asynchronous; its visits are looked at from there."""
    ready, loop, over = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with running(bot):
            ready.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield bot
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


@contextlib.asynccontextmanager
async def forked(bot: Bot, **request: Any) -> AsyncIterator["Forked"]:
    """The bot running, and one fork to it."""
    async with running(bot):
        forked = Forked(bot)
        forked.start(**request)
        try:
            yield forked
        finally:
            await forked.forker.close()


class Forked:
    """A forker with the events of its forks."""

    def __init__(self, bot: Bot) -> None:
        self.bot, self.forker = bot, Forker()
        self.events: dict[str, list[ForkEvent]] = {}

    def start(self, stream_id: str = "stream-1", **fields: Any) -> None:
        own = {"protocol": "vobiz", "call_id": "call-1", "account_id": "500025", "service_url": self.bot.url}
        events = self.events[stream_id] = []
        self.forker.start(ForkRequest(stream_id=stream_id, **(own | fields)), events.append)

    def kinds(self, stream_id: str = "stream-1") -> list[str]:
        return [event.kind for event in self.events[stream_id]]

    async def told(self, kind: str, stream_id: str = "stream-1") -> ForkEvent:
        await until(lambda: kind in self.kinds(stream_id))
        return next(event for event in self.events[stream_id] if event.kind == kind)


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)
