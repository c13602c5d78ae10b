"""Fork a phone call's audio to a WebSocket: from the customer's request to a stream that runs.

The same request again within REPEAT_WITHIN gets the stream of the first one: an SDK whose answer was lost
repeats it by itself, and must not start, and pay for, a second stream. Another request for a WebSocket that
the call streams to already is refused, as Vobiz and Plivo have it.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from calls.adapters import adapter_for
from calls.models import Call, MediaStream
from calls.models.media_stream import OPEN_STATUSES
from calls.streams.audio import service_url_of
from calls.streams.exceptions import ForkRefused
from calls.streams.representation import public_url
from calls.streams.start import ANSWER_WITHIN, StreamPlan, put_on_record, started
from calls.streams.stop import POLL_INTERVAL
from liveplatform.accounts.models import MAX_STREAM_SECONDS, Account, Connection
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.api.idempotency import RETENTION_HOURS
from liveplatform.json_codec import dumps
from liveplatform.work.run_one import run_out_of_turn
from providers.errors import NotConfigured
from providers.streams import AudioFork, Encoding, ForksAudio, Track

# Longer than any SDK repeats a request by itself: Vobiz' and Plivo's try three times.
REPEAT_WITHIN = timedelta(seconds=60)
Codec = tuple[Encoding, int]
# Of a request that names none, the first that the provider can: Vobiz' own default, and what Twilio has.
DEFAULT_CODECS: tuple[Codec, ...] = (("x-l16", 8000), ("x-mulaw", 8000))
ALREADY = "The call is streaming to this service_url already; stop that stream first: {}."


@dataclass(frozen=True)
class ForkRequest:
    """A stream as a customer asks for it, its URLs judged."""

    service_url: str
    bidirectional: bool = False
    track: Track = "both"
    codec: Codec | None = None  # None: the provider's first of DEFAULT_CODECS
    max_seconds: int | None = None  # None: the account's stream_time_limit
    status_callback_url: str = ""
    status_callback_method: str = "POST"
    parameters: Mapping[str, str] = field(default_factory=dict)

    def digest(self, actor: str) -> str:
        """Equal for equal requests of the same client."""
        return hashlib.sha256(dumps([actor, asdict(self)])).hexdigest()


def start_fork(call: Call, request: ForkRequest, *, actor: str, submission_key: str = "") -> MediaStream:
    """Start a stream, or return the one that this request has started before.

    `submission_key`: of the request's Idempotency-Key, so that its repetition finds the stream for a day.
    Raises CallStateError (the call is over), ForkRefused, NotConfigured, ProviderBusy, Rejected or
    Unavailable, as `start_stream`. It is returned as `starting` if its provider's answer was lost.
    """
    call.require_open("no stream can be started on it.")
    connection = _connection_of(call)
    plan = _plan(call, connection, request, actor, submission_key)
    until = time.monotonic() + ANSWER_WITHIN
    with waiting_for(connection):
        with transaction.atomic():
            earlier = _earlier(call, request, actor, submission_key)
            step = None if earlier else put_on_record(plan)
        if step is not None:
            run_out_of_turn(step, wait=until - time.monotonic())
    if earlier is not None:
        _await_start(earlier)
    return started(earlier.pk if earlier else step.stream_id)  # type: ignore[union-attr] # one of the two


def _connection_of(call: Call) -> Connection:
    if call.connection is None:
        raise NotConfigured("The call's connection to its provider is gone.")
    return call.connection


def _plan(
    call: Call, connection: Connection, request: ForkRequest, actor: str, submission_key: str
) -> StreamPlan:
    if not call.provider_call_id:
        raise ForkRefused("The call has not been placed at its provider yet; repeat this when it is live.")
    max_seconds = request.max_seconds or _time_limit(call.account_id)
    (encoding, sample_rate) = _codec(connection, request, max_seconds)
    urls = {"service_url": request.service_url, "status_callback_url": request.status_callback_url}
    secrets: dict[str, Any] = {name: url for name, url in urls.items() if urlsplit(url).query}  # tokens
    return StreamPlan(
        account_id=call.account_id,
        kind=MediaStream.Kind.AUDIO,
        connection=connection,
        parent_id=call.provider_call_id,
        call=call,
        max_seconds=max_seconds,
        parameters={
            **{name: public_url(url) or "" for name, url in urls.items()},
            "track": request.track,
            "bidirectional": request.bidirectional,
            "encoding": encoding,
            "sample_rate": sample_rate,
            "content_type": f"audio/{encoding};rate={sample_rate}",
            "status_callback_method": request.status_callback_method,
        },
        secrets=secrets | ({"parameters": dict(request.parameters)} if request.parameters else {}),
        actor=actor,
        submission_key=submission_key or request.digest(actor),
    )


def _time_limit(account_id: UUID) -> int:
    limit = Account.objects.values_list("stream_time_limit", flat=True).get(pk=account_id)
    return min(limit, MAX_STREAM_SECONDS)


def _codec(connection: Connection, request: ForkRequest, max_seconds: int) -> Codec:
    """The codec asked for, else the provider's first default. Raises ForkRefused or NotConfigured."""
    adapter = adapter_for(connection)
    if not isinstance(adapter, ForksAudio):
        raise ForkRefused(f"Audio of calls over {connection.provider} cannot be streamed.")
    complaints = []
    for encoding, sample_rate in (request.codec,) if request.codec else DEFAULT_CODECS:
        fork = AudioFork(
            name="",
            service_url=request.service_url,
            track=request.track,
            bidirectional=request.bidirectional,
            encoding=encoding,
            sample_rate=sample_rate,
            max_seconds=max_seconds,
            parameters=request.parameters,
        )
        complaint = adapter.fork_complaint(fork)
        if not complaint:
            return encoding, sample_rate
        complaints.append(complaint)
    raise ForkRefused(complaints[-1])


def _earlier(call: Call, request: ForkRequest, actor: str, submission_key: str) -> MediaStream | None:
    """The stream of this request, if it was made before. Locks the call. Raises ForkRefused for another."""
    Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
    streams = MediaStream.objects.filter(call=call, kind=MediaStream.Kind.AUDIO)
    if submission_key and (found := _of_key(streams, submission_key)):
        return found
    running = streams.filter(status__in=OPEN_STATUSES, stop_requested_at=None)
    same = Q(submission_key=request.digest(actor), created_at__gte=Now() - REPEAT_WITHIN)
    if not submission_key and (repeated := running.filter(same).first()):
        return repeated
    for stream in running:
        if service_url_of(stream) == request.service_url:
            raise ForkRefused(ALREADY.format(stream.pk), field="service_url")
    return None


def _of_key(streams: QuerySet[MediaStream], key: str) -> MediaStream | None:
    since = Now() - timedelta(hours=RETENTION_HOURS)
    found = streams.filter(submission_key=key, created_at__gte=since)
    return found.exclude(status=MediaStream.Status.FAILED).first()


def _await_start(stream: MediaStream) -> None:
    """Wait for the request that is starting it, while the client can wait."""
    until = time.monotonic() + ANSWER_WITHIN
    starting = MediaStream.objects.filter(pk=stream.pk, status=MediaStream.Status.STARTING)
    while time.monotonic() < until and starting.exists():
        time.sleep(POLL_INTERVAL)
