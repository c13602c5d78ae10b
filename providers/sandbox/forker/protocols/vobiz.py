"""Vobiz's audio streams: www.vobiz.ai/docs/xml/stream/stream-events. Plivo's messages, with differences."""

import json
from functools import cached_property

from providers.sandbox.forker.protocols.base import Command, Message, Stop
from providers.sandbox.forker.protocols.plivo import PlivoStream


class VobizStream(PlivoStream):
    """Numbered from 0; the answers to commands bear no number, and no message tells of DTMF or of the end."""

    first_number = 0
    sends_dtmf = False

    @cached_property
    def extra_headers(self) -> str:
        return json.dumps(dict(self.request.parameters))

    def played(self, name: str) -> Message:
        """Without the stream's id, unlike Plivo's."""
        return {"event": "playedStream", "name": name}

    def cleared(self) -> Message | None:
        return {"event": "clearedAudio", "streamId": self.request.stream_id}

    def _own_command(self, event: object, message: Message) -> Command | None:
        """A stop ends the stream, and the call goes on with what follows in its XML, or ends."""
        return Stop() if event == "stop" else None
