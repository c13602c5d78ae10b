"""Start a media stream: on record first, asked of the provider once, never left running unseen."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from calls.models.call import Call
from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.kinds import Change, report
from liveplatform.accounts.models import Connection
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.db.uuid7 import uuid7
from liveplatform.work.run_one import run_out_of_turn
from providers.errors import Rejected, Unavailable

# The worker's first turn comes so much later, so that the request makes the first attempt.
OWN_TURN = timedelta(seconds=1)


@dataclass(frozen=True)
class StreamPlan:
    """A stream with everything resolved; putting it on record needs no further look-up."""

    account_id: UUID
    kind: MediaStream.Kind
    connection: Connection
    parent_id: str
    parent_type: str = ""
    call: Call | None = None
    max_seconds: int = 4 * 3600
    parameters: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, Any] = field(default_factory=dict)
    actor: str = ""
    submission_key: str = ""


def put_on_record(plan: StreamPlan) -> StreamStep:
    """The stream's row, its start and its first check, in the caller's transaction; the step to run.

    Raises CallStateError if its call has ended, or is being ended.
    """
    if plan.call is not None:
        call = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.call.pk)
        call.require_open("no stream can be started on it.")
        if not call.has_streams:
            Call.objects.filter(pk=call.pk).update(has_streams=True)
    stream = MediaStream(
        id=uuid7(),
        account_id=plan.account_id,
        kind=plan.kind,
        call=plan.call,
        connection=plan.connection,
        provider=plan.connection.provider,
        parent_type=plan.parent_type,
        parent_id=plan.parent_id,
        max_seconds=plan.max_seconds,
        expires_at=Now() + timedelta(seconds=plan.max_seconds),
        parameters=plan.parameters,
        created_by=plan.actor[:80],
        submission_key=plan.submission_key,
    )
    if plan.secrets:
        stream.sealed_secrets = stream.seal_secrets(plan.secrets)
    stream.save(force_insert=True)
    stream.refresh_from_db()
    start = StreamStep.of(stream, StreamStep.Kind.START, due_at=Now() + OWN_TURN)
    check = StreamStep.of(stream, StreamStep.Kind.CHECK, due_at=_first_check(plan))
    StreamStep.objects.bulk_create([start, check])
    report([Change(stream, "")])
    return start


def start_stream(plan: StreamPlan) -> MediaStream:
    """Put a stream on record and ask its provider for it.

    Raises ProviderBusy (too many wait for it; there is no stream), Rejected or Unavailable (it failed, and
    does not run). If the answer was lost, the stream is returned as `starting`: workers find out what
    became of it.
    """
    with waiting_for(plan.connection):
        with transaction.atomic():
            step = put_on_record(plan)
        run_out_of_turn(step)
    return started(step.stream_id)


def started(stream_id: UUID) -> MediaStream:
    """The stream, as it is after its start was asked for. Raises Rejected or Unavailable if that failed."""
    stream = MediaStream.objects.get(pk=stream_id)
    if stream.status == MediaStream.Status.FAILED:
        step = StreamStep.objects.get(stream=stream, kind=StreamStep.Kind.START)
        last = step.log[-1] if step.log else {}
        raise (Unavailable if last.get("code") == "unavailable" else Rejected)(stream.error)
    return stream


def _first_check(plan: StreamPlan) -> Combinable:
    return Now() + timedelta(seconds=min(plan.max_seconds, settings.STREAM_CHECK_INTERVAL))
