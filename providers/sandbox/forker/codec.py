"""Audio as it is sent: mu-law (G.711) and L16, from and to 16-bit samples."""

import sys
from array import array
from typing import Literal, TypeAlias

from providers.sandbox.forker.requests import Encoding, Protocol

ByteOrder = Literal["big", "little"]
Samples: TypeAlias = "array[int]"  # of 16 bits

# The one place that knows the byte order of L16, by protocol: of media messages, and of playAudio. Vobiz
# sends network order and takes little-endian (github.com/vobiz-ai/Agent-Skills, vobiz-audio-streams).
# Plivo's stream SDK hands L16 unchanged to recognizers of little-endian audio. Twilio has mu-law only.
SENT_ORDER: dict[Protocol, ByteOrder] = {"vobiz": "big", "plivo": "little", "twilio": "little"}
PLAYED_ORDER: dict[Protocol, ByteOrder] = {"vobiz": "little", "plivo": "little", "twilio": "little"}

_BIAS, _CLIP = 0x84, 32635


def _decoded(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 0x0F) << 3) + _BIAS << (code >> 4 & 7)) - _BIAS
    return -value if code & 0x80 else value


def _encoded(sample: int) -> int:
    sign, value = (0x80, -sample) if sample < 0 else (0, sample)
    value = min(value, _CLIP) + _BIAS
    exponent = value.bit_length() - 8
    return ~(sign | exponent << 4 | value >> exponent + 3 & 0x0F) & 0xFF


# The two bytes of a code's sample, apart: bytes.translate is twenty times as fast as a loop.
_LOW = bytes(_decoded(code) & 0xFF for code in range(256))
_HIGH = bytes(_decoded(code) >> 8 & 0xFF for code in range(256))
# By the sample modulo 65,536, so that negative ones count from the end.
_CODES = bytes(_encoded(sample) for sample in (*range(32768), *range(-32768, 0)))


def encode(samples: Samples, encoding: Encoding, order: ByteOrder) -> bytes:
    """The bytes of 16-bit samples; `order` matters to L16 only."""
    if encoding == "x-mulaw":
        return bytes(map(_CODES.__getitem__, samples))
    return _swapped(samples, order).tobytes()


def decode(payload: bytes, encoding: Encoding, order: ByteOrder) -> Samples:
    """The 16-bit samples of these bytes; half a sample at the end is dropped."""
    if encoding == "x-mulaw":
        pcm = bytearray(2 * len(payload))
        pcm[0::2], pcm[1::2] = payload.translate(_LOW), payload.translate(_HIGH)
        return _swapped(array("h", bytes(pcm)), "little")
    return _swapped(array("h", payload[: len(payload) & ~1]), order)


def silence(encoding: Encoding, samples: int) -> bytes:
    return b"\xff" * samples if encoding == "x-mulaw" else bytes(2 * samples)


def _swapped(samples: Samples, order: ByteOrder) -> Samples:
    if order == sys.byteorder:
        return samples
    swapped = samples[:]
    swapped.byteswap()
    return swapped
