"""What a bot has sent to be played: queued, played in real time, with checkpoints, and recorded."""

from collections import deque
from collections.abc import Sequence

from providers.sandbox.forker.codec import ByteOrder, decode, encode
from providers.sandbox.forker.recording import Recording
from providers.sandbox.forker.requests import FRAME_SECONDS, Encoding
from providers.sandbox.forker.resample import resample

MAX_QUEUED_SECONDS = 120.0
MAX_CHECKPOINTS = 1000


class QueueFull(Exception):
    """More audio or checkpoints are waiting than are kept; what came last is lost."""


class Playback:
    """The queue of one fork, as little-endian 16-bit samples at the rate that the bot began with."""

    def __init__(self) -> None:
        self.recording = Recording()
        self._queue = bytearray()
        self._played = 0  # bytes
        self._checkpoints: deque[tuple[int, str]] = deque()  # (the `_played` at which it is reached, name)
        self._begun = False

    @property
    def queued_seconds(self) -> float:
        return len(self._queue) / 2 / self.recording.rate

    def add(self, payload: bytes, encoding: Encoding, rate: int, order: ByteOrder) -> None:
        """Queue some audio. Raises QueueFull."""
        if not self._begun:
            self.recording.begin(rate)
            self._begun = True
        if self.queued_seconds + len(payload) / rate / (2 if encoding == "x-l16" else 1) > MAX_QUEUED_SECONDS:
            raise QueueFull(f"the bot sent more than {MAX_QUEUED_SECONDS:.0f} s of audio ahead of time")
        samples = resample(decode(payload, encoding, order), rate, self.recording.rate)
        self._queue += encode(samples, "x-l16", "little")

    def checkpoint(self, name: str) -> None:
        """Ask for `name` to be reached once all that is queued has been played. Raises QueueFull."""
        if len(self._checkpoints) >= MAX_CHECKPOINTS:
            raise QueueFull(f"more than {MAX_CHECKPOINTS} checkpoints of the bot are waiting")
        self._checkpoints.append((self._played + len(self._queue), name))

    def clear(self) -> Sequence[str]:
        """Empty the queue; returns the checkpoints that are not reached."""
        self._queue.clear()
        names = [name for _, name in self._checkpoints]
        self._checkpoints.clear()
        return names

    def play_frame(self) -> Sequence[str]:
        """Play 20 ms; returns the checkpoints that are reached."""
        size = round(self.recording.rate * FRAME_SECONDS) * 2
        if self._queue:
            heard = self._queue[:size]
            del self._queue[:size]
            self._played += len(heard)
            self.recording.add(heard)
            size -= len(heard)
        self.recording.pause(size)
        return self._reached() if self._checkpoints else ()

    def _reached(self) -> Sequence[str]:
        names = []
        while self._checkpoints and self._checkpoints[0][0] <= self._played:
            names.append(self._checkpoints.popleft()[1])
        return names
