"""WAV files: any rate, 8 to 32 bits, mono or stereo, read as 16-bit samples; and recordings written."""

import wave
from array import array
from dataclasses import dataclass
from typing import IO

from providers.sandbox.forker.codec import Samples, decode
from providers.sandbox.forker.resample import resample

MAX_SECONDS = 600
MAX_RATE = 192_000


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
    try:
        with wave.open(source) as file:
            channels, width, rate, frames = file.getparams()[:4]
            _check(channels, rate, frames)
            samples = _samples(file.readframes(frames), width)
    except (wave.Error, EOFError) as error:
        raise BadWav(f"no WAV file of PCM samples: {str(error) or 'it ends too early'}") from error
    if not samples:
        raise BadWav("a WAV file without audio")
    left = samples[::channels]
    return Audio(rate, left, samples[1::channels] if channels == 2 else left)


def write(target: str | IO[bytes], rate: int, pcm: bytes) -> None:
    """A mono WAV file of little-endian 16-bit samples."""
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, rate, len(pcm) // 2, "NONE", "not compressed"))
        file.writeframes(pcm)


def _check(channels: int, rate: int, frames: int) -> None:
    if channels not in (1, 2):
        raise BadWav(f"a WAV file of {channels} channels; one or two can be spoken")
    if not 1000 <= rate <= MAX_RATE:
        raise BadWav(f"a WAV file of {rate} samples per second; 1,000 to {MAX_RATE:,} can be spoken")
    if frames > MAX_SECONDS * rate:
        raise BadWav(f"a WAV file of {frames / rate:.0f} s; at most {MAX_SECONDS} s can be spoken")


def _samples(data: bytes, width: int) -> Samples:
    """The upper 16 bits of samples of any width; those of 8 bits are unsigned."""
    if width == 1:
        return array("h", [(byte - 128) << 8 for byte in data])
    upper = bytearray(len(data) // width * 2)
    upper[0::2] = data[width - 2 :: width][: len(upper) // 2]
    upper[1::2] = data[width - 1 :: width][: len(upper) // 2]
    return decode(bytes(upper), "x-l16", "little")
