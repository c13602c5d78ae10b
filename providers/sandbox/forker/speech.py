"""What a call's sides say in the sandbox: a WAV file, or a made-up conversation; framed for a fork."""

import math
import threading
from array import array
from dataclasses import dataclass, field
from functools import lru_cache

from providers.sandbox.forker.codec import ByteOrder, Samples, encode, silence
from providers.sandbox.forker.requests import Encoding
from providers.sandbox.forker.wav import Audio

# Syllables of the made-up conversation: (start s, duration s, pitch Hz), of the caller and of the other side.
_CALLER = ((0.1, 0.18, 140), (0.32, 0.14, 155), (0.5, 0.25, 128), (0.85, 0.16, 146), (1.05, 0.32, 118))
_CALLEE = ((1.9, 0.2, 215), (2.14, 0.16, 240), (2.34, 0.24, 198), (2.65, 0.4, 180))
_SECONDS = 3.2
_FORMANTS = ((1, 0.5), (2, 0.8), (3, 1.0), (4, 0.6), (5, 0.5), (8, 0.3), (12, 0.2))  # harmonic, weight


@dataclass(frozen=True)
class Frames:
    """One side of a speech, encoded, in frames of 20 ms."""

    data: bytes
    size: int  # bytes of a frame
    quiet: bytes
    loop: bool

    def frame(self, number: int) -> bytes:
        """Frame `number` from the start; after the end silence, or the start again."""
        count = len(self.data) // self.size
        if number >= count and not self.loop:
            return self.quiet
        start = number % count * self.size
        return self.data[start : start + self.size]


@dataclass(frozen=True)
class Speech:
    """What both sides of a call say; `loop`: again and again, else silence follows."""

    audio: Audio
    loop: bool = True
    _kept: dict[tuple[str, Encoding, int, ByteOrder], Frames] = field(default_factory=dict, compare=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, compare=False)

    def frames(self, track: str, encoding: Encoding, rate: int, order: ByteOrder) -> Frames:
        """One side, encoded; kept, so that many forks of one speech share it."""
        key = (track, encoding, rate, order)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._framed(*key)
            return self._kept[key]

    def _framed(self, track: str, encoding: Encoding, rate: int, order: ByteOrder) -> Frames:
        audio = self.audio.at(rate)
        data = encode(audio.inbound if track == "inbound" else audio.outbound, encoding, order)
        quiet = silence(encoding, rate // 50)
        missing = -len(data) % len(quiet)
        return Frames(data + quiet[:missing], len(quiet), quiet, self.loop)


@lru_cache(maxsize=1)
def conversation() -> Speech:
    """A caller and an answer in turns: voice-like sound made here, from no one's recording."""
    return Speech(Audio(8000, _voice(_CALLER, 8000), _voice(_CALLEE, 8000)))


def _voice(syllables: tuple[tuple[float, float, int], ...], rate: int) -> Samples:
    samples = array("h", bytes(2 * round(_SECONDS * rate)))
    weights = sum(weight for _, weight in _FORMANTS)
    for start, duration, pitch in syllables:
        count, offset = round(duration * rate), round(start * rate)
        for index in range(count):
            turn = 2 * math.pi * pitch * (1 - 0.1 * index / count) * index / rate
            sound = sum(weight * math.sin(harmonic * turn) for harmonic, weight in _FORMANTS) / weights
            samples[offset + index] = round(12_000 * math.sin(math.pi * index / count) * sound)
    return samples
