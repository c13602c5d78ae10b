"""The WebSocket protocols of the vendors' audio streams: what is sent, and what a bot may send."""

from providers.sandbox.forker.protocols.base import StreamProtocol
from providers.sandbox.forker.protocols.plivo import PlivoStream
from providers.sandbox.forker.protocols.twilio import TwilioStream
from providers.sandbox.forker.protocols.vobiz import VobizStream
from providers.sandbox.forker.requests import ForkRequest

PROTOCOLS: dict[str, type[StreamProtocol]] = {
    "vobiz": VobizStream,
    "plivo": PlivoStream,
    "twilio": TwilioStream,
}


def protocol_of(request: ForkRequest) -> StreamProtocol:
    return PROTOCOLS[request.protocol](request)
