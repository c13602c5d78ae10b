"""What the bot played back, as the caller heard it: written to a temporary file, with the pauses between."""

import tempfile
from typing import IO

from providers.sandbox.forker.wav import write

MAX_SECONDS = 600  # of a recording; what is played later is not recorded


class Recording:
    """Little-endian 16-bit samples; silence at the end is not kept."""

    def __init__(self) -> None:
        self.rate = 8000
        self._file: IO[bytes] | None = None
        self._size = self._pause = 0

    @property
    def seconds(self) -> float:
        return self._size / 2 / self.rate

    def begin(self, rate: int) -> None:
        """Set the rate, before the first sound; the silence so far is as long at this rate."""
        self._pause = round(self._pause * rate / self.rate) & ~1
        self.rate = rate

    def pause(self, size: int) -> None:
        """So many bytes of silence."""
        self._pause += size

    def add(self, pcm: bytes | bytearray) -> None:
        limit = MAX_SECONDS * self.rate * 2
        room = limit - self._size
        heard = (bytes(min(self._pause, limit)) + pcm)[: max(room, 0)]
        self._pause = 0
        if heard:
            self._file = self._file or tempfile.TemporaryFile(prefix="fork-")  # noqa: SIM115 - see close
            self._file.write(heard)
            self._size += len(heard)

    def pcm(self) -> bytes:
        """All samples so far."""
        if self._file is None:
            return b""
        self._file.seek(0)
        return self._file.read()

    def save(self, target: str | IO[bytes]) -> None:
        """Write a WAV file of it."""
        write(target, self.rate, self.pcm())

    def close(self) -> None:
        """Delete it."""
        if self._file is not None:
            self._file.close()
            self._file = None
