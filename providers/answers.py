"""What an answered phone call does: its audio goes both ways over a WebSocket, in each provider's own XML.

The call ends when the WebSocket's server closes the socket: nothing follows in the document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

from providers.base import Adapter
from providers.streams import Encoding

# Ends a call in TwiML, and in the XML of Plivo and Vobiz.
HANG_UP = "<Response><Hangup/></Response>"
# Characters of a WebSocket's address with its variables.
MAX_URL_LENGTH = 2000
# Twilio: of a Parameter's name and value together (twilio.com/docs/voice/twiml/stream).
MAX_TWILIO_PARAMETER = 500
# Plivo, Vobiz: bytes of all extra headers (plivo.com/docs/voice/xml/stream).
MAX_EXTRA_HEADERS = 512


@dataclass(frozen=True)
class StreamAnswer:
    """A bidirectional stream that is the whole flow of an answered call."""

    service_url: str  # wss://…, or ws://… in tests
    name: str
    encoding: Encoding = "x-mulaw"
    sample_rate: int = 8000
    max_seconds: int = 4 * 3600  # where the provider ends a stream by itself
    parameters: Mapping[str, str] = field(default_factory=dict)  # handed to the server behind `service_url`


@runtime_checkable
class AnswersWithStream(Adapter, Protocol):
    """Writes the document of a call that is answered with a stream."""

    # Characters of TwiML that `make_call` takes; 0: no TwiML, only the address of a document of its own.
    inline_limit: int

    def stream_complaint(self, answer: StreamAnswer) -> str:
        """Why this provider cannot answer so, and what to change; empty if it can. Asks nobody."""

    def stream_document(self, answer: StreamAnswer) -> str:
        """The XML that the provider carries out when the call is answered."""


def with_query(url: str, values: Mapping[str, str]) -> str:
    """The URL with these values in its query. Names that it has already keep their values."""
    own = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    added = urlencode({name: value for name, value in values.items() if name not in own})
    if not added:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{added}"


def twiml_complaint(answer: StreamAnswer) -> str:
    """Media Streams are mu-law at 8,000 Hz, their addresses have no query, their parameters are short."""
    if (answer.encoding, answer.sample_rate) != ("x-mulaw", 8000):
        return "Twilio streams audio/x-mulaw;rate=8000 only; set the agent's codec to it."
    if urlsplit(answer.service_url).query:
        return "Twilio takes no query in the address of a stream; move it to the agent's parameters."
    long = [
        name for name, value in answer.parameters.items() if len(name) + len(value) > MAX_TWILIO_PARAMETER
    ]
    if long:
        return (
            f"Twilio takes {MAX_TWILIO_PARAMETER} characters of a variable's name and value together; "
            f"{long[0][:60]} is longer."
        )
    return ""


def twiml_document(answer: StreamAnswer) -> str:
    """TwiML: `<Connect><Stream>` with a Parameter per variable (twilio.com/docs/voice/twiml/stream)."""
    parameters = "".join(
        f"<Parameter name={quoteattr(name)} value={quoteattr(value)}/>"
        for name, value in answer.parameters.items()
    )
    stream = (
        f"<Stream url={quoteattr(answer.service_url)} name={quoteattr(answer.name)}>{parameters}</Stream>"
    )
    return f"<Response><Connect>{stream}</Connect></Response>"


def plivo_complaint(answer: StreamAnswer) -> str:
    """The variables are in the address."""
    if len(with_query(answer.service_url, answer.parameters)) > MAX_URL_LENGTH:
        return (
            f"The WebSocket's address with the call's variables is longer than {MAX_URL_LENGTH} characters."
        )
    return ""


def plivo_document(answer: StreamAnswer) -> str:
    """Plivo's XML, which Vobiz speaks too (plivo.com/docs/voice/xml/stream, vobiz.ai/docs/xml/stream).

    All variables are in the query of the address. Extra headers hold letters and digits alone, so they have
    those variables that consist of these.
    """
    attributes = {
        "bidirectional": "true",
        "keepCallAlive": "true",
        "audioTrack": "inbound",
        "contentType": f"audio/{answer.encoding};rate={answer.sample_rate}",
        "streamTimeout": str(answer.max_seconds),
    }
    if headers := _extra_headers(answer.parameters):
        attributes["extraHeaders"] = headers
    url = with_query(answer.service_url, answer.parameters)
    written = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f"<Response><Stream{written}>{escape(url)}</Stream></Response>"


def _extra_headers(parameters: Mapping[str, str]) -> str:
    text = ""
    for name, value in parameters.items():
        pair = f"{name}={value}"
        if f"{name}{value}".isascii() and name.isalnum() and value.isalnum():
            longer = f"{text},{pair}" if text else pair
            text = longer if len(longer) <= MAX_EXTRA_HEADERS else text
    return text
