"""Start a media stream: on record first, asked of the provider once, never left running unseen."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from calls.models.call import Call
from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.kinds import Change, report
from liveplatform.accounts.models import Account, Connection
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.db.uuid7 import uuid7
from liveplatform.failpoints import reach
from liveplatform.work.run_one import run_out_of_turn
from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable

# The worker's first turn comes so much later, so that the request makes the first attempt.
OWN_TURN = timedelta(seconds=1)
# Seconds within which a client is answered: Plivo's SDK gives up after five.
ANSWER_WITHIN = 3.5


@dataclass(frozen=True)
class StreamPlan:
    """A stream with everything resolved; putting it on record needs no further look-up."""

    account_id: UUID
    kind: MediaStream.Kind
    connection: Connection
    parent_id: str
    parent_type: str = ""
    call: Call | None = None
    max_seconds: int = 0  # 0: the account's stream_time_limit
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
    max_seconds = plan.max_seconds or _time_limit(plan.account_id)
    stream = MediaStream(
        id=uuid7(),
        account_id=plan.account_id,
        kind=plan.kind,
        call=plan.call,
        connection=plan.connection,
        provider=plan.connection.provider,
        parent_type=plan.parent_type,
        parent_id=plan.parent_id,
        max_seconds=max_seconds,
        expires_at=Now() + timedelta(seconds=max_seconds),
        parameters=plan.parameters,
        created_by=plan.actor[:80],
        submission_key=plan.submission_key,
    )
    if plan.secrets:
        stream.sealed_secrets = stream.seal_secrets(plan.secrets)
    stream.save(force_insert=True)
    stream.refresh_from_db()
    start = StreamStep.of(stream, StreamStep.Kind.START, due_at=Now() + OWN_TURN)
    first_check = timedelta(seconds=min(max_seconds, settings.STREAM_CHECK_INTERVAL))
    check = StreamStep.of(stream, StreamStep.Kind.CHECK, due_at=Now() + first_check)
    StreamStep.objects.bulk_create([start, check])
    report([Change(stream, "")])
    return start


def _time_limit(account_id: UUID) -> int:
    """Seconds; a stream without a limit of its own has the account's, never the providers' 24 hours."""
    return Account.objects.values_list("stream_time_limit", flat=True).get(pk=account_id)


def start_stream(plan: StreamPlan) -> MediaStream:
    """Put a stream on record and ask its provider for it; answers within ANSWER_WITHIN.

    Raises ProviderBusy (too many wait for it; there is no stream), NotConfigured, Rejected or Unavailable (it
    failed, and does not run). If the provider has not answered by then, or its answer was lost, the stream is
    returned as `starting`: its start goes on, and is never asked for a second time.
    """
    until = time.monotonic() + ANSWER_WITHIN
    with waiting_for(plan.connection):
        with transaction.atomic():
            step = put_on_record(plan)
        reach("stream_on_record")
        run_out_of_turn(step, wait=until - time.monotonic())
    return started(step.stream_id)


def started(stream_id: UUID) -> MediaStream:
    """The stream, as it is after its start was asked for.

    Raises NotConfigured, Rejected or Unavailable if that failed.
    """
    stream = MediaStream.objects.get(pk=stream_id)
    if stream.status == MediaStream.Status.FAILED:
        step = StreamStep.objects.get(stream=stream, kind=StreamStep.Kind.START)
        raise _error_of(step, stream.error)
    return stream


def _error_of(step: StreamStep, error: str) -> ProviderError:
    match step.log[-1].get("code") if step.log else "":
        case "unavailable":
            return Unavailable(error)
        case "not_configured":
            return NotConfigured(error)
        case _:
            return Rejected(error)
