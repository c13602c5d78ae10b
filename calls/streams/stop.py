"""Stop media streams: the request is stored first, this request makes the first attempt, workers go on.

The pattern of lifecycle/end_strict.py. No transaction is open while the provider is asked.
"""

import time
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from calls.models.media_stream import OPEN_STATUSES, MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.start import OWN_TURN
from calls.streams.transitions import lock, request_stop
from liveplatform.accounts.provider_waits import ProviderBusy, waiting_for
from liveplatform.work.run_one import run_out_of_turn

# Seconds within which a client is answered: Plivo's SDK gives up after five.
ANSWER_WITHIN = 3.5
POLL_INTERVAL = 0.05


def stop(stream: MediaStream, *, reason: str = "", actor: str) -> MediaStream:
    """Stop a stream, and say what is known when ANSWER_WITHIN is over: its `outcome`.

    A stream that is over is returned unchanged. Never raises for a provider that fails: the stop is on
    record, and workers carry it out.
    """
    until = time.monotonic() + ANSWER_WITHIN
    if not request_stops([stream.pk], reason=reason, actor=actor, own_turn=True) and stream.is_over:
        return stream
    step = StreamStep.objects.filter(stream=stream, kind=StreamStep.Kind.STOP).first()
    if step is not None:
        _try_now(step, stream)
        _await(stream, until)
    stream.refresh_from_db()
    return stream


def request_stops(ids: Iterable[UUID], *, reason: str = "", actor: str, own_turn: bool = False) -> int:
    """Put the stops of these streams on record; how many were not requested before.

    `own_turn`: the caller makes the first attempt itself, so a worker's turn comes a second later.
    """
    with transaction.atomic():
        requested = [stream.pk for stream in lock(ids) if request_stop(stream, reason, actor)]
        if own_turn and requested:
            due = StreamStep.objects.filter(
                stream__in=requested, kind=StreamStep.Kind.STOP, due_at__isnull=False
            )
            due.update(due_at=Now() + OWN_TURN)
    return len(requested)


def stop_all(call_id: UUID, *, reason: str = "", actor: str) -> int:
    """Stop all open streams of a call; how many stops this request put on record."""
    rows = MediaStream.objects.filter(call_id=call_id, status__in=OPEN_STATUSES)
    return request_stops(rows.values_list("pk", flat=True), reason=reason, actor=actor)


def _try_now(step: StreamStep, stream: MediaStream) -> None:
    try:
        with waiting_for(stream.connection):
            run_out_of_turn(step)
    except ProviderBusy:
        return  # a worker's turn comes


def _await(stream: MediaStream, until: float) -> None:
    """Wait for the request or worker that is stopping it, while the client can wait."""
    busy = StreamStep.objects.filter(
        Q(state=StreamStep.State.RUNNING) | Q(state=StreamStep.State.PENDING, due_at=None),
        stream=stream,
        kind=StreamStep.Kind.STOP,
    )
    while time.monotonic() < until and busy.exists():
        time.sleep(POLL_INTERVAL)
