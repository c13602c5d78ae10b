"""The documented answers, with nothing besides: Vobiz' SDK refuses any other key.

Sources: docs.vobiz.ai/audio-streams/…, docs.vobiz.ai/call/…, docs.plivo.com/docs/voice/api/audio-stream/…
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Problem(Strict):
    api_id: str
    error: str


class Started(Strict):
    message: str
    stream_id: str


class PlivoStarted(Started):
    api_id: str


class Stream(Strict):
    stream_id: str
    call_uuid: str
    service_url: str
    audio_track: Literal["inbound", "outbound", "both"]
    bidirectional: bool
    content_type: str
    sampling_rate: int
    stream_timeout: int
    status_callback_url: str | None
    status_callback_method: str
    status: Literal["in-progress", "completed", "failed"]
    start_time: str
    end_time: str | None
    resource_uri: str


class OneStream(Stream):
    api_id: str


class Streams(Strict):
    page: int
    per_page: int
    total: int
    objects: list[Stream]


class Meta(Strict):
    limit: int
    next: str | None
    offset: int
    previous: str | None
    total_count: int


class PlivoStreams(Strict):
    api_id: str
    meta: Meta
    objects: list[Stream]


class Fired(Strict):
    api_id: str
    message: str
    request_uuid: str


class QueuedCall(Strict):
    api_id: str
    call_status: str
    call_uuid: str
    caller_name: str
    direction: Literal["inbound", "outbound"]
    sender: str = Field(alias="from")
    request_uuid: str
    to: str


class LiveCall(QueuedCall):
    session_start: str
    stir_attestation: str
    stir_verification: str


class CallIds(Strict):
    api_id: str
    calls: list[str]
