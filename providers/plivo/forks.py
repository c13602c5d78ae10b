"""What a fork of a call's audio is asked for with, of Plivo and of Vobiz, and what they cannot do.

Sources: docs.plivo.com/docs/voice/api/audio-stream/initiate-an-audio-stream and
docs.vobiz.ai/audio-streams/start-audio-stream.
"""

import re
from dataclasses import dataclass
from typing import Any

from providers.streams import AudioFork

RATES = {"x-l16": (8000, 16000), "x-mulaw": (8000,)}
PARAMETER = re.compile(r"[A-Za-z0-9]+", re.ASCII)
MAX_PARAMETERS = 512  # bytes, all together
MAX_TIMEOUT = 86_400


@dataclass(frozen=True)
class ForkRules:
    """The start of a fork at one company. `pair`: what stands between name and value of a parameter."""

    company: str
    pair: str = "="

    def complaint(self, fork: AudioFork) -> str:
        """See ForksAudio.fork_complaint."""
        if fork.bidirectional and fork.track != "inbound":
            return f"{self.company} plays audio into a call only while it forks the inbound track alone."
        if fork.sample_rate not in RATES.get(fork.encoding, ()):
            known = ", ".join(f"{name} at {rate}" for name, rates in RATES.items() for rate in rates)
            return f"{self.company} forks audio as {known} Hz."
        for name, value in fork.parameters.items():
            if not (PARAMETER.fullmatch(name) and PARAMETER.fullmatch(value)):
                return f"{self.company} takes parameters of letters and digits only, without spaces."
        if len(self._extra_headers(fork)) > MAX_PARAMETERS:
            return f"{self.company} takes at most {MAX_PARAMETERS} bytes of parameters."
        return ""

    def body(self, fork: AudioFork) -> dict[str, Any]:
        """`bidirectional` is a text: Vobiz takes a JSON boolean, and then forks one way, without a word."""
        fields: dict[str, Any] = {
            "service_url": fork.service_url,
            "audio_track": fork.track,
            "content_type": f"audio/{fork.encoding};rate={fork.sample_rate}",
            "stream_timeout": min(max(fork.max_seconds, 1), MAX_TIMEOUT),
        }
        if fork.bidirectional:
            fields["bidirectional"] = "true"
        if fork.status_callback:
            fields |= {"status_callback_url": fork.status_callback, "status_callback_method": "POST"}
        if fork.parameters:
            fields["extra_headers"] = self._extra_headers(fork)
        return fields

    def _extra_headers(self, fork: AudioFork) -> str:
        return ",".join(f"{name}{self.pair}{value}" for name, value in fork.parameters.items())
