"""All forks of one process: started, stopped and closed by the id of their stream."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from aiohttp import ClientSession

from providers.sandbox.forker.connection import check_url, is_loopback, new_session
from providers.sandbox.forker.fork import Fork
from providers.sandbox.forker.requests import ForkRequest, OnEvent
from providers.sandbox.forker.speech import Speech, conversation
from providers.sandbox.forker.ticker import Ticker

MAX_ENDED = 50  # forks that have ended whose recordings are kept
MAX_SPEECHES = 1000  # calls with a speech of their own


class Forker:
    """The forks of this process. Its methods are called on the running loop.

    Only addresses of this machine are dialled; a stream to another one runs as if it were connected, without
    a socket. `dial_anywhere` dials all of them. `speech_folder` holds WAV files that calls may say.
    """

    def __init__(self, *, dial_anywhere: bool = False, speech_folder: Path | None = None) -> None:
        self.dial_anywhere, self.speech_folder = dial_anywhere, speech_folder
        self._live: dict[str, Fork] = {}
        self._ended: dict[str, Fork] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._speeches: dict[str, Speech] = {}
        self._default_speech: Speech | None = None
        self._ticker = Ticker()
        self._session: ClientSession | None = None

    def start(self, request: ForkRequest, on_event: OnEvent) -> None:
        """Schedule a fork on the running loop; `on_event` is told on that loop what happens to it.

        Raises ValueError if its address does not begin with ws:// or wss://, or a stream of that id is live.
        """
        check_url(request.service_url)
        if request.stream_id in self._live:
            raise ValueError(f"a stream {request.stream_id} is live")
        fork = Fork(request, on_event, self._speech_of(request.call_id))
        self._forget(request.stream_id)
        self._live[request.stream_id] = fork
        task = asyncio.get_running_loop().create_task(self._run(fork))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop(self, stream_id: str) -> bool:
        """Close the socket of this fork within a second, and of no other; False if it is not live."""
        fork = self._live.pop(stream_id, None)
        if fork is None:
            return False
        self._keep(fork)
        fork.stop()
        return True

    async def send_dtmf(self, stream_id: str, digits: str) -> bool:
        """Have the caller press these keys.

        False if the fork is not connected, or its protocol does not tell of keys.
        """
        fork = self._live.get(stream_id)
        return fork is not None and await fork.send_dtmf(digits)

    async def close(self) -> None:
        """Stop all forks, wait for their ends, and delete their recordings."""
        for stream_id in self.live_ids():
            self.stop(stream_id)
        if self._tasks:
            await asyncio.wait(self._tasks)
        for stream_id in list(self._ended):
            self._forget(stream_id)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def live_ids(self) -> Sequence[str]:
        """Ids of the streams that run."""
        return list(self._live)

    def live(self) -> Sequence[Fork]:
        return list(self._live.values())

    def find(self, stream_id: str) -> Fork | None:
        """A fork that is live, or one of the last that have ended."""
        return self._live.get(stream_id) or self._ended.get(stream_id)

    def speak(self, speech: Speech | None, call_id: str = "") -> None:
        """What a call says on streams that start from now on; without an id: every call that has no own."""
        if not call_id:
            self._default_speech = speech
            return
        self._speeches.pop(call_id, None)
        if speech is not None:
            self._speeches[call_id] = speech
            if len(self._speeches) > MAX_SPEECHES:
                self._speeches.pop(next(iter(self._speeches)))

    def _speech_of(self, call_id: str) -> Speech:
        return self._speeches.get(call_id) or self._default_speech or conversation()

    async def _run(self, fork: Fork) -> None:
        try:
            await fork.run(self._session_for(fork.request), self._ticker)
        finally:
            if self._live.get(fork.request.stream_id) is fork:
                del self._live[fork.request.stream_id]
                self._keep(fork)

    def _session_for(self, request: ForkRequest) -> ClientSession | None:
        if not self.dial_anywhere and not is_loopback(request.service_url):
            return None
        self._session = self._session or new_session()
        return self._session

    def _keep(self, fork: Fork) -> None:
        self._ended[fork.request.stream_id] = fork
        if len(self._ended) > MAX_ENDED:
            self._forget(next(iter(self._ended)))

    def _forget(self, stream_id: str) -> None:
        fork = self._ended.pop(stream_id, None)
        if fork is not None:
            fork.playback.recording.close()
