"""Twilio's Media Streams: what a one-way stream is started with, and its resource.

A stream can neither be listed nor read: our name of it, which Twilio takes in place of its SID, is how one is
stopped whose SID was lost. Source: twilio.com/docs/voice/api/stream-resource.
"""

from collections.abc import Mapping
from typing import Any

from providers.errors import UnknownOutcome
from providers.http import Form
from providers.streams import AudioFork, ProviderStream, StreamStatus

TRACKS = {"inbound": "inbound_track", "outbound": "outbound_track", "both": "both_tracks"}
STREAM_STATUS: dict[str, StreamStatus] = {"in-progress": "live", "stopped": "stopped"}
MAX_PARAMETERS = 99
MAX_PARAMETER_LENGTH = 500  # name and value together


def complaint(fork: AudioFork, *, needs_tls: bool) -> str:
    """See ForksAudio.fork_complaint."""
    if fork.bidirectional:
        return (
            "Twilio starts two-way streams only from the call's own instructions (<Connect><Stream>): make "
            "the call with an agent that has a WebSocket address, or start this stream one way."
        )
    if (fork.encoding, fork.sample_rate) != ("x-mulaw", 8000):
        return "Twilio streams mu-law at 8000 Hz only: ask for audio/x-mulaw;rate=8000."
    if needs_tls and not fork.service_url.startswith("wss://"):
        return "Twilio connects to wss:// addresses only."
    if len(fork.parameters) > MAX_PARAMETERS:
        return f"Twilio takes at most {MAX_PARAMETERS} parameters."
    if any(len(name) + len(value) > MAX_PARAMETER_LENGTH for name, value in fork.parameters.items()):
        return f"Twilio takes at most {MAX_PARAMETER_LENGTH} characters of a parameter's name and value."
    return ""


def start_form(fork: AudioFork) -> Form:
    """The form of POST …/Streams.json. A stream has no time limit of its own: it is stopped in time."""
    form = [("Url", fork.service_url), ("Name", fork.name), ("Track", TRACKS[fork.track])]
    if fork.status_callback:
        form += [("StatusCallback", fork.status_callback), ("StatusCallbackMethod", "POST")]
    for number, (name, value) in enumerate(fork.parameters.items(), 1):
        form += [(f"Parameter{number}.Name", name), (f"Parameter{number}.Value", value)]
    return form


def read_stream(stream: Mapping[str, Any], name: str = "") -> ProviderStream:
    """A Stream resource. Raises UnknownOutcome for anything else, and for one of another name."""
    sid, raw = stream.get("sid"), stream.get("status")
    found = stream.get("name")
    if (
        not isinstance(sid, str)
        or not sid
        or not isinstance(raw, str)
        or (name and found not in (name, None))
    ):
        raise UnknownOutcome("Twilio's answer is not a stream, or not this one.", code="bad_answer")
    return ProviderStream(
        id=sid,
        status=STREAM_STATUS.get(raw, "unknown"),
        raw_status=raw,
        name=found if isinstance(found, str) else "",
    )
