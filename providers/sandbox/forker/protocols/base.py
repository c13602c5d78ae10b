"""What the protocols have in common: numbered messages out, commands in."""

import binascii
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from providers.sandbox.forker.requests import RATES, Encoding, ForkRequest

Message = dict[str, Any]

MAX_NAME = 1000  # characters of a checkpoint's name


class BadCommand(ValueError):
    """A message of the bot that its vendor would not understand; the text says why."""


@dataclass(frozen=True)
class Play:
    """Audio for the caller."""

    payload: bytes
    encoding: Encoding
    rate: int


@dataclass(frozen=True)
class Checkpoint:
    """Tell when all that was sent before has been played."""

    name: str


@dataclass(frozen=True)
class Clear:
    """Empty the queue."""


@dataclass(frozen=True)
class Dtmf:
    """Press keys towards the caller."""

    digits: str


@dataclass(frozen=True)
class Stop:
    """End the stream."""


Command = Play | Checkpoint | Clear | Dtmf | Stop


class StreamProtocol(ABC):
    """The messages of one stream, in order."""

    first_number: ClassVar[int]  # of the start message
    sends_dtmf: bool = True
    reports_cleared_checkpoints: ClassVar[bool] = False

    def __init__(self, request: ForkRequest) -> None:
        self.request = request
        self._number = self.first_number - 1
        self._chunk = 0
        self._began_ms = time.time() * 1000

    @abstractmethod
    def opening(self) -> Sequence[Message]:
        """The messages that a bot receives first."""

    @abstractmethod
    def media(self, track: str, offset_ms: int, payload: str) -> Message:
        """Audio in base64, `offset_ms` after the start."""

    @abstractmethod
    def dtmf(self, digit: str, offset_ms: int) -> Message:
        """The caller pressed a key."""

    @abstractmethod
    def played(self, name: str) -> Message:
        """A checkpoint is reached."""

    def cleared(self) -> Message | None:
        """The queue has been emptied."""
        return None

    def closing(self) -> Sequence[Message]:
        """The messages before the socket is closed on this side."""
        return ()

    @abstractmethod
    def command(self, message: Message) -> Command | None:
        """What the bot asks for; None for what the vendor ignores. Raises BadCommand."""

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def next_chunk(self) -> int:
        self._chunk += 1
        return self._chunk

    def clock_ms(self, offset_ms: int) -> str:
        """The vendor's clock at that offset, in milliseconds since 1970."""
        return str(int(self._began_ms) + offset_ms)


def play_command(media: object, encoding: Encoding | None = None) -> Play:
    """The audio in `media`; with `encoding` it is of that one at 8,000 Hz, else as its fields say."""
    if not isinstance(media, dict) or not isinstance(media.get("payload"), str):
        raise BadCommand("audio needs media.payload, a string of base64")
    try:
        payload = binascii.a2b_base64(media["payload"], strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise BadCommand(f"media.payload is no base64: {error}") from error
    if encoding:
        return Play(payload, encoding, 8000)
    return Play(payload, *_format(media))


def checkpoint_command(name: object) -> Checkpoint:
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:
        raise BadCommand(f"a name is needed, a string of up to {MAX_NAME} characters")
    return Checkpoint(name)


def _format(media: Message) -> tuple[Encoding, int]:
    """The encoding and rate of playAudio: L16 at 8, 16 or 24 kHz, mu-law at 8 kHz."""
    content_type, rate = str(media.get("contentType")), media.get("sampleRate")
    allowed = {**RATES, "x-l16": (*RATES["x-l16"], 24000)}
    for encoding in ("x-l16", "x-mulaw"):
        if content_type.partition(";")[0].strip().removeprefix("audio/") == encoding:
            number = int(rate) if isinstance(rate, int | str) and str(rate).isdecimal() else 0
            if number not in allowed[encoding]:
                raise BadCommand(f"sampleRate {rate!r}: audio/{encoding} has {allowed[encoding]}")
            return encoding, number
    raise BadCommand(f"contentType {content_type!r} is neither audio/x-l16 nor audio/x-mulaw")
