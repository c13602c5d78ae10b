"""Streams and calls in the vendors' words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calls.models import Call, MediaStream
from calls.models.call_status import twilio_status
from calls.streams.audio import service_url_of
from calls.streams.callbacks import status_callback_url_of
from calls.streams.representation import public_url
from liveplatform.api.error_codes import request_id

STATUSES = {"stopped": "completed", "failed": "failed"}  # everything else is in progress


@dataclass(frozen=True)
class ShownStream:
    """A stream as StreamFields writes it.

    `base`: the address of its call's streams. `shows_secrets`: the client may write, so that it sees
    service_url and status_callback_url as they were given.
    """

    stream: MediaStream
    base: str
    shows_secrets: bool

    message = "audio streaming started"  # in the answer to its start

    @property
    def api_id(self) -> str:
        return request_id()

    @property
    def stream_id(self) -> str:
        return str(self.stream.pk)

    @property
    def call_uuid(self) -> str:
        return str(self.stream.call_id)

    @property
    def service_url(self) -> str:
        url = service_url_of(self.stream)
        return url if self.shows_secrets else public_url(url) or ""

    @property
    def audio_track(self) -> str:
        return str(self._given("track", "both"))

    @property
    def bidirectional(self) -> bool:
        return bool(self._given("bidirectional", False))

    @property
    def content_type(self) -> str:
        return str(self._given("content_type", "audio/x-l16;rate=8000"))

    @property
    def sampling_rate(self) -> int:
        return int(self._given("sample_rate", 8000))

    @property
    def stream_timeout(self) -> int:
        return self.stream.max_seconds

    @property
    def status_callback_url(self) -> str | None:
        url = status_callback_url_of(self.stream)
        return (url if self.shows_secrets else public_url(url)) or None

    @property
    def status_callback_method(self) -> str:
        return str(self._given("status_callback_method", "POST"))

    @property
    def status(self) -> str:
        return STATUSES.get(self.stream.status, "in-progress")

    @property
    def start_time(self) -> datetime:
        return self.stream.started_at or self.stream.created_at

    @property
    def end_time(self) -> datetime | None:
        return self.stream.stopped_at if self.stream.is_over else None

    @property
    def resource_uri(self) -> str:
        return f"{self.base}{self.stream.pk}/"

    def _given(self, name: str, default: object) -> Any:  # noqa: ANN401 - JSON
        return self.stream.parameters.get(name, default)


@dataclass(frozen=True)
class StreamPage:
    """A page of a call's streams, as both vendors' lists write it."""

    objects: Sequence[ShownStream]
    total: int
    limit: int
    offset: int
    base: str

    @property
    def api_id(self) -> str:
        return request_id()

    @property
    def page(self) -> int:
        return self.offset // self.limit + 1

    @property
    def per_page(self) -> int:
        return self.limit

    @property
    def meta(self) -> "StreamPage":
        return self

    @property
    def total_count(self) -> int:
        return self.total

    @property
    def next(self) -> str | None:
        after = self.offset + self.limit
        return f"{self.base}?limit={self.limit}&offset={after}" if after < self.total else None

    @property
    def previous(self) -> str | None:
        before = max(0, self.offset - self.limit)
        return f"{self.base}?limit={self.limit}&offset={before}" if self.offset else None


@dataclass(frozen=True)
class ShownCall:
    """A call that is live or queued, as LiveCallAnswer and QueuedCallAnswer write it."""

    call: Call

    # Of numbers over which nothing is known.
    stir_attestation = ""
    stir_verification = "Not Applicable"

    @property
    def api_id(self) -> str:
        return request_id()

    @property
    def call_uuid(self) -> str:
        return str(self.call.pk)

    request_uuid = call_uuid

    @property
    def call_status(self) -> str:
        """A live call that its provider has taken, and that does not ring yet, is ringing in their words."""
        status = twilio_status(self.call.status, self.call.provider_status, is_over=self.call.is_over)
        return "ringing" if status == "queued" and self.call.status == Call.Status.LIVE else status

    @property
    def caller_name(self) -> str:
        return self.call.from_number

    @property
    def direction(self) -> str:
        return "inbound" if self.call.direction == "inbound" else "outbound"

    @property
    def from_number(self) -> str:
        return self.call.from_number

    @property
    def to_number(self) -> str:
        return self.call.to_number

    @property
    def session_start(self) -> str:
        """In Plivo's form: 2026-11-22 10:00:00.000000+00:00"""
        return str(self.call.started_at or self.call.created_at)
