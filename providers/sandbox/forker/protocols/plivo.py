"""Plivo's audio streams: plivo.com/docs/voice/audio-streaming, github.com/plivo/plivo-stream-sdk-node."""

from collections.abc import Sequence
from functools import cached_property

from providers.sandbox.forker.protocols.base import (
    BadCommand,
    Clear,
    Command,
    Dtmf,
    Message,
    StreamProtocol,
    checkpoint_command,
    play_command,
)

KEYS = frozenset("0123456789*#")


class PlivoStream(StreamProtocol):
    """Every message has its number, from 1."""

    first_number = 1

    @cached_property
    def extra_headers(self) -> str:
        return ";".join(f"{name}={value}" for name, value in self.request.parameters.items())

    def opening(self) -> Sequence[Message]:
        request = self.request
        start = {
            "callId": request.call_id,
            "streamId": request.stream_id,
            "accountId": request.account_id,
            "tracks": list(request.tracks),
            "mediaFormat": {"encoding": f"audio/{request.encoding}", "sampleRate": request.sample_rate},
        }
        number = self.next_number()
        return (
            {
                "sequenceNumber": number,
                "event": "start",
                "start": start,
                "extra_headers": self.extra_headers,
            },
        )

    def media(self, track: str, offset_ms: int, payload: str) -> Message:
        return {
            "sequenceNumber": self.next_number(),
            "streamId": self.request.stream_id,
            "event": "media",
            "media": {
                "track": track,
                "timestamp": self.clock_ms(offset_ms),
                "chunk": self.next_chunk(),
                "payload": payload,
            },
            "extra_headers": self.extra_headers,
        }

    def dtmf(self, digit: str, offset_ms: int) -> Message:
        return {
            "sequenceNumber": self.next_number(),
            "streamId": self.request.stream_id,
            "event": "dtmf",
            "dtmf": {"track": "inbound", "digit": digit, "timestamp": self.clock_ms(offset_ms)},
            "extra_headers": self.extra_headers,
        }

    def played(self, name: str) -> Message:
        return self._answer("playedStream") | {"name": name}

    def cleared(self) -> Message | None:
        return self._answer("clearedAudio")

    def command(self, message: Message) -> Command | None:
        if not self.request.bidirectional:
            return None
        match message.get("event"):
            case "playAudio":
                return play_command(message.get("media"))
            case "checkpoint":
                return checkpoint_command(message.get("name"))
            case "clearAudio":
                return Clear()
            case event:
                return self._own_command(event, message)

    def _own_command(self, event: object, message: Message) -> Command | None:
        """Commands that only this vendor knows."""
        if event != "sendDTMF":
            return None
        digits = str(message.get("dtmf", ""))
        if not digits or not set(digits) <= KEYS:
            raise BadCommand("sendDTMF needs dtmf, a string of 0 to 9, * and #")
        return Dtmf(digits)

    def _answer(self, event: str) -> Message:
        return {
            "sequenceNumber": self.next_number(),
            "event": event,
            "streamId": self.request.stream_id,
        }
