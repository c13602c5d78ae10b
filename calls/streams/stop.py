"""Stop media streams: the request is stored first, this request makes the first attempt, workers go on.

The pattern of lifecycle/end_strict.py. No transaction is open while the provider is asked.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from calls.models.media_stream import OPEN_STATUSES, MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.start import ANSWER_WITHIN, OWN_TURN
from calls.streams.transitions import lock, request_stop
from liveplatform.accounts.provider_waits import ProviderBusy, waiting_for
from liveplatform.failpoints import reach
from liveplatform.work.run_one import run_out_of_turn

POLL_INTERVAL = 0.05


def stop(stream: MediaStream, *, reason: str = "", actor: str) -> MediaStream:
    """Stop a stream, and say what is known when ANSWER_WITHIN is over: its `outcome`.

    "accepted" then means that the stop is on record and not confirmed; workers carry it out. A stream that is
    over is returned unchanged. Never raises for a provider that fails.
    """
    until = time.monotonic() + ANSWER_WITHIN
    if request_stops([stream.pk], reason=reason, actor=actor, own_turn=True) or not stream.is_over:
        reach("stop_on_record")
        _carry_out(stream, until)
        stream.refresh_from_db()
    return stream


def request_stops(ids: Iterable[UUID], *, reason: str = "", actor: str, own_turn: bool = False) -> int:
    """Put the stops of these streams on record; how many were not requested before, or were given up.

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
    """Stop all open streams of a call; how many stops this request put on record.

    Answers within ANSWER_WITHIN, as `stop`: what is not stopped by then, workers stop.
    """
    until = time.monotonic() + ANSWER_WITHIN
    streams = MediaStream.objects.filter(call_id=call_id, status__in=OPEN_STATUSES).in_bulk()
    requested = request_stops(streams, reason=reason, actor=actor, own_turn=True)
    for stream in streams.values():
        if time.monotonic() < until:
            _carry_out(stream, until)
    return requested


def _carry_out(stream: MediaStream, until: float) -> None:
    """Make an attempt to stop it, or wait for whoever is making one; a busy provider is left to workers."""
    step = StreamStep.objects.filter(stream=stream, kind=StreamStep.Kind.STOP).first()
    if step is not None:
        with suppress(ProviderBusy), waiting_for(stream.connection):
            if not run_out_of_turn(step, wait=until - time.monotonic()):
                _await_other(step, until)


def _await_other(step: StreamStep, until: float) -> None:
    """Wait for another's attempt, or for the start that is under way; if no worker comes, run it here."""
    states = StreamStep.State
    is_due = Q(state=states.PENDING, due_at=None) | Q(state=states.PENDING, due_at__lte=Now())
    busy = StreamStep.objects.filter(Q(state=states.RUNNING) | is_due, pk=step.pk)
    while time.monotonic() < until and busy.exists():
        if run_out_of_turn(step, overdue_only=True, wait=until - time.monotonic()):
            return
        time.sleep(POLL_INTERVAL)
