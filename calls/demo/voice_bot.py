"""A voice bot on this machine: counts the audio that calls fork to it, and keeps callbacks."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import WSMsgType, web

# What whoever answers the phone hears: nothing, for a minute. Audio is forked by REST.
XML = '<Response><Wait length="60"/></Response>'


@dataclass
class Visit:
    """One stream to the bot. `closed_at`: time.monotonic(), None while its socket is open."""

    frames: int = 0  # of audio, of 20 ms each
    closed_at: float | None = None


class VoiceBot:
    """Serves in a thread of its own while it is used as a context manager."""

    def __init__(self) -> None:
        self.visits: dict[str, Visit] = {}  # by the last part of the path
        self.callbacks: list[dict[str, str]] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._serve(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def socket_url(self, name: str) -> str:
        return f"ws://127.0.0.1:{self.port}/audio/{name}"

    def page(self, name: str) -> str:
        """Of `answer`, which says what answered calls do, or `callback`, which keeps what is sent there."""
        return f"http://127.0.0.1:{self.port}/{name}"

    async def _serve(self) -> web.AppRunner:
        app = web.Application()
        app.add_routes(
            [
                web.get("/audio/{name}", self._hear),
                web.route("*", "/answer", self._answer),
                web.post("/callback", self._keep),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        return runner

    async def _hear(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        visit = self.visits[request.match_info["name"]] = Visit()
        async for message in socket:
            if message.type is WSMsgType.TEXT and json.loads(message.data).get("event") == "media":
                visit.frames += 1
        visit.closed_at = time.monotonic()
        return socket

    async def _answer(self, request: web.Request) -> web.Response:
        return web.Response(text=XML, content_type="application/xml")

    async def _keep(self, request: web.Request) -> web.Response:
        self.callbacks.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
