"""Twilio Media Streams: twilio.com/docs/voice/media-streams/websocket-messages."""

from collections.abc import Sequence

from providers.sandbox.forker.protocols.base import (
    BadCommand,
    Clear,
    Command,
    Message,
    StreamProtocol,
    checkpoint_command,
    play_command,
)
from providers.sandbox.forker.requests import ForkRequest

MEDIA_FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


class TwilioStream(StreamProtocol):
    """Numbers are strings, from 1 at the start message; `connected` bears none."""

    first_number = 1
    reports_cleared_checkpoints = True  # "causes any mark messages to be sent back"

    def __init__(self, request: ForkRequest) -> None:
        super().__init__(request)
        self.sends_dtmf = request.bidirectional  # as documented, unlike the other messages

    def opening(self) -> Sequence[Message]:
        request = self.request
        start = {
            "accountSid": request.account_id,
            "streamSid": request.stream_id,
            "callSid": request.call_id,
            "tracks": list(request.tracks),
            "mediaFormat": MEDIA_FORMAT,
            "customParameters": dict(request.parameters),
        }
        connected = {"event": "connected", "protocol": "Call", "version": "1.0.0"}
        return connected, self._message("start", start)

    def media(self, track: str, offset_ms: int, payload: str) -> Message:
        chunk = str(self.next_chunk())
        media = {"track": track, "chunk": chunk, "timestamp": str(offset_ms), "payload": payload}
        return self._message("media", media)

    def dtmf(self, digit: str, offset_ms: int) -> Message:
        return self._message("dtmf", {"track": "inbound_track", "digit": digit})

    def played(self, name: str) -> Message:
        return self._message("mark", {"name": name})

    def closing(self) -> Sequence[Message]:
        ids = {"accountSid": self.request.account_id, "callSid": self.request.call_id}
        return (self._message("stop", ids),)

    def command(self, message: Message) -> Command | None:
        event = message.get("event")
        if not self.request.bidirectional or event not in ("media", "mark", "clear"):
            return None
        if message.get("streamSid") != self.request.stream_id:
            raise BadCommand(f"{event} needs streamSid, the one of the start message")
        if event == "media":
            return play_command(message.get("media"), "x-mulaw")
        if event == "clear":
            return Clear()
        mark = message.get("mark")
        return checkpoint_command(mark.get("name") if isinstance(mark, dict) else None)

    def _message(self, event: str, body: Message) -> Message:
        return {
            "event": event,
            "sequenceNumber": str(self.next_number()),
            event: body,
            "streamSid": self.request.stream_id,
        }
