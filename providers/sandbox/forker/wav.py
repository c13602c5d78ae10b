"""WAV files (PCM, float, mu-law; any rate; mono, stereo) read as 16-bit samples; recordings written."""

import io
import struct
import wave
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from providers.sandbox.forker.codec import Samples, decode
from providers.sandbox.forker.resample import resample

MAX_SECONDS = 600
MAX_RATE = 192_000
MAX_BYTES = 256 * 1024 * 1024
# Format tags of the fmt chunk; an extensible one has its tag in the chunk's second half.
PCM, FLOAT, MU_LAW, EXTENSIBLE = 1, 3, 7, 0xFFFE
SPOKEN = {PCM: (8, 16, 24, 32), FLOAT: (32,), MU_LAW: (8,)}  # bits of a sample


class BadWav(ValueError):
    """A file that cannot be spoken; the message says why."""


@dataclass(frozen=True)
class Audio:
    """What is said on a call: one array of 16-bit samples for each side, of equal length."""

    rate: int
    inbound: Samples
    outbound: Samples

    @property
    def seconds(self) -> float:
        return len(self.inbound) / self.rate

    def at(self, rate: int) -> "Audio":
        """The same audio at another rate."""
        if rate == self.rate:
            return self
        inbound = resample(self.inbound, self.rate, rate)
        same = self.outbound is self.inbound
        return Audio(rate, inbound, inbound if same else resample(self.outbound, self.rate, rate))


def read(source: str | IO[bytes]) -> Audio:
    """Both sides of a WAV file: of two channels, the left is inbound and the right outbound; one is both.

    Raises BadWav, and OSError of the file.
    """
    if isinstance(source, str) and Path(source).stat().st_size > MAX_BYTES:
        raise BadWav(f"a file of more than {MAX_BYTES // 1024 // 1024} MB")
    content = Path(source).read_bytes() if isinstance(source, str) else source.read()
    header, data = _chunks(content)
    tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", header)
    if tag == EXTENSIBLE and len(header) >= 26:  # noqa: PLR2004 - where its tag ends
        (tag,) = struct.unpack_from("<H", header, 24)
    _check(tag, bits, channels, rate)
    whole = len(data) // (channels * bits // 8)
    if not 0 < whole <= MAX_SECONDS * rate:
        raise BadWav(
            f"a WAV file of {whole / rate:.0f} s; more than 0 and at most {MAX_SECONDS} s can be spoken"
        )
    samples = _samples(data[: whole * channels * bits // 8], tag, bits // 8)
    left = samples[::channels]
    return Audio(rate, left, samples[1::channels] if channels == 2 else left)


def write(target: str | IO[bytes], rate: int, pcm: bytes) -> None:
    """A mono WAV file of little-endian 16-bit samples."""
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, rate, len(pcm) // 2, "NONE", "not compressed"))
        file.writeframes(pcm)


def _chunks(content: bytes) -> tuple[bytes, bytes]:
    """The fmt and the data chunk; one that ends too early counts as far as it goes."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise BadWav("no WAV file")
    file = io.BytesIO(content[12:])
    found: dict[bytes, bytes] = {}
    while len(head := file.read(8)) == 8:
        name, size = struct.unpack("<4sI", head)
        found.setdefault(name, file.read(size + size % 2)[:size])
    if len(found.get(b"fmt ", b"")) < 16 or b"data" not in found:
        raise BadWav("no WAV file: it has no format or no audio")
    return found[b"fmt "], found[b"data"]


def _check(tag: int, bits: int, channels: int, rate: int) -> None:
    if bits not in SPOKEN.get(tag, ()):
        raise BadWav(f"a WAV file of format {tag}, {bits} bits; PCM, 32-bit float and mu-law can be spoken")
    if channels not in (1, 2):
        raise BadWav(f"a WAV file of {channels} channels; one or two can be spoken")
    if not 1000 <= rate <= MAX_RATE:
        raise BadWav(f"a WAV file of {rate} samples per second; 1,000 to {MAX_RATE:,} can be spoken")


def _samples(data: bytes, tag: int, width: int) -> Samples:
    """16-bit samples of any width: of longer ones the upper bits; those of 8 bits are unsigned."""
    if tag == MU_LAW:
        return decode(data, "x-mulaw", "little")
    if tag == FLOAT:
        whole = (max(-1.0, min(1.0, value)) for (value,) in struct.iter_unpack("<f", data))
        return array("h", [round(value * 32767) for value in whole])
    if width == 1:
        return array("h", [(byte - 128) << 8 for byte in data])
    upper = bytearray(len(data) // width * 2)
    upper[0::2], upper[1::2] = data[width - 2 :: width], data[width - 1 :: width]
    return decode(bytes(upper), "x-l16", "little")
