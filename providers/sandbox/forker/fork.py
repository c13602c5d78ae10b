"""One fork: its socket, the audio that it sends and plays, and how it ends."""

import asyncio
import base64
import logging
import time
from collections import deque
from typing import Any

import orjson
from aiohttp import ClientSession, WSMsgType

from providers.sandbox.forker.codec import PLAYED_ORDER, SENT_ORDER
from providers.sandbox.forker.connection import CannotConnect, Connection, connect, lost
from providers.sandbox.forker.playback import Playback, QueueFull
from providers.sandbox.forker.protocols import protocol_of
from providers.sandbox.forker.protocols.base import BadCommand, Checkpoint, Clear, Command, Dtmf, Play, Stop
from providers.sandbox.forker.requests import FRAME_SECONDS, ForkEvent, ForkRequest, OnEvent
from providers.sandbox.forker.speech import Frames, Speech
from providers.sandbox.forker.ticker import Ticker, Ticking

MAX_BEHIND = 50  # frames that are made up for after a pause of this process; older ones are skipped
CONGESTED_SECONDS = 10.0  # of a reader that takes nothing, until its connection counts as lost
MAX_MISTAKES = 20  # of the bot that are remembered

log = logging.getLogger(__name__)


class Fork(Ticking):
    """Runs as one task; `tick` is called from the clock of all forks."""

    def __init__(self, request: ForkRequest, on_event: OnEvent, speech: Speech) -> None:
        self.request, self.speech = request, speech
        self.playback = Playback()
        self.frames_sent = self.frames_dropped = 0
        self.mistakes: deque[str] = deque(maxlen=MAX_MISTAKES)
        self.mistake_count = 0
        self.created_at, self.ended_at = time.monotonic(), 0.0  # 0: it runs
        self.began: float | None = None  # the loop's time of the first frame
        self._on_event = on_event
        self._protocol = protocol_of(request)
        self._connection: Connection | None = None
        self._sides: list[tuple[str, Frames]] = []
        self._position = 0  # frames since the start, sent or not
        self._congested_since = 0.0
        self._stopping = asyncio.Event()

    async def run(self, session: ClientSession | None, ticker: Ticker) -> None:
        """From connecting to the last event. Without a session, nothing is dialled."""
        last = ForkEvent("stopped")
        try:
            last = await self._until_stopped(self._connected(session, ticker))
        except CannotConnect as error:
            last = ForkEvent("dropped", error=str(error))
        except TimeoutError:
            last = ForkEvent("stopped", "timeout")
        finally:
            ticker.discard(self)
            self.ended_at = time.monotonic()
            if self._connection is not None:
                await self._close(self._connection)
            self._tell(last)

    @property
    def ended(self) -> bool:
        return bool(self.ended_at)

    @property
    def connected(self) -> bool:
        """Whether its socket is open."""
        return self._connection is not None and not self._connection.closed

    def stop(self) -> None:
        """Have the socket closed, and the task end."""
        self._stopping.set()

    async def send_dtmf(self, digits: str) -> bool:
        """False if this protocol does not tell of keys, or the stream is not connected."""
        if self._connection is None or not self._protocol.sends_dtmf:
            return False
        offset = self._position * 20
        return all([await self._connection.write(self._protocol.dtmf(digit, offset)) for digit in digits])

    async def tick(self, now: float) -> None:
        """Send and play all that is due by now."""
        if self.began is None:
            self.began = now
        due = int((now - self.began) / FRAME_SECONDS + 0.5) + 1
        if due - self._position > MAX_BEHIND:
            self.frames_dropped += due - self._position - MAX_BEHIND
            self._position = due - MAX_BEHIND
        while self._position < due and not self.ended:
            await self._send_frame(now)
            for name in self.playback.play_frame():
                await self._played(name)

    async def _until_stopped(self, running: Any) -> ForkEvent:  # noqa: ANN401 - a coroutine
        task = asyncio.ensure_future(running)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            async with asyncio.timeout(self.request.max_seconds):
                await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else ForkEvent("stopped")
        finally:
            for each in (task, stopping):
                each.cancel()
            await asyncio.gather(task, stopping, return_exceptions=True)

    async def _connected(self, session: ClientSession | None, ticker: Ticker) -> ForkEvent:
        if session is None:
            self._tell(ForkEvent("started"))
            await asyncio.Event().wait()
        request, order = self.request, SENT_ORDER[self.request.protocol]
        self._sides = await asyncio.to_thread(
            lambda: [
                (track, self.speech.frames(track, request.encoding, request.sample_rate, order))
                for track in request.tracks
            ]
        )
        assert session is not None  # noqa: S101
        connection = self._connection = await connect(session, request.service_url)
        for message in self._protocol.opening():
            await connection.write(message)
        self._tell(ForkEvent("started"))
        ticker.add(self)
        return await self._listen(connection)

    async def _listen(self, connection: Connection) -> ForkEvent:
        """Obey the bot, until it or its connection ends the stream."""
        async for message in connection:
            if message.type is WSMsgType.TEXT:
                command = self._understood(message.data)
                if isinstance(command, Stop):
                    return ForkEvent("stopped", "bot")
                if command:
                    await self._obey(command)
        return ForkEvent("dropped", error=lost(connection.close_code))

    def _understood(self, text: str) -> Command | None:
        try:
            message = orjson.loads(text)
            if not isinstance(message, dict):
                raise BadCommand("a message is a JSON object")
            command = self._protocol.command(message)
            if command is None:
                self._ignored(message.get("event"))
            return command
        except BadCommand as error:
            self._mistake(str(error))
        except orjson.JSONDecodeError:
            self._mistake("a message is no JSON")
        return None

    async def _obey(self, command: Command) -> None:
        try:
            match command:
                case Play(payload, encoding, rate):
                    self.playback.add(payload, encoding, rate, PLAYED_ORDER[self.request.protocol])
                case Checkpoint(name):
                    self.playback.checkpoint(name)
                case Clear():
                    await self._clear()
                case Dtmf(digits):
                    self._tell(ForkEvent("dtmf", digits))
        except QueueFull as error:
            self._mistake(str(error))

    async def _clear(self) -> None:
        names = self.playback.clear()
        assert self._connection is not None  # noqa: S101
        if self._protocol.reports_cleared_checkpoints:
            for name in names:
                await self._connection.write(self._protocol.played(name))
        if answer := self._protocol.cleared():
            await self._connection.write(answer)
        self._tell(ForkEvent("cleared"))

    async def _send_frame(self, now: float) -> None:
        assert self._connection is not None  # noqa: S101
        offset = self._position * 20
        for track, frames in self._sides:
            payload = base64.b64encode(frames.frame(self._position)).decode()
            if self._connection.congested:  # a frame that is not sent has no number
                self._lose_frame(now)
            elif await self._connection.write(self._protocol.media(track, offset, payload)):
                self.frames_sent += 1
                self._congested_since = 0.0
        self._position += 1

    def _lose_frame(self, now: float) -> None:
        self.frames_dropped += 1
        if not self._congested_since:
            self._congested_since = now
            self._tell(ForkEvent("degraded", error="connection degraded: the server reads too slowly"))
        elif now - self._congested_since > CONGESTED_SECONDS:
            assert self._connection is not None  # noqa: S101
            self._connection.abort()

    async def _played(self, name: str) -> None:
        assert self._connection is not None  # noqa: S101
        await self._connection.write(self._protocol.played(name))
        self._tell(ForkEvent("played", name))

    async def _close(self, connection: Connection) -> None:
        for message in self._protocol.closing():
            await connection.write(message)
        await connection.end()

    def _ignored(self, event: object) -> None:
        """Said once of each: a provider ignores it without a word."""
        one_way = "the stream is one-way, so what the bot sends is ignored"
        unknown = f"{str(event)[:40]!r} is no message that {self.request.protocol} knows; it is ignored"
        text = unknown if self.request.bidirectional else one_way
        if text not in self.mistakes:
            self._mistake(text)

    def _mistake(self, text: str) -> None:
        self.mistakes.append(text)
        self.mistake_count += 1
        log.info("fork %s: %s", self.request.stream_id, text)

    def _tell(self, event: ForkEvent) -> None:
        """On the loop, later: what a listener raises is its own concern."""
        asyncio.get_running_loop().call_soon(self._on_event, event)
