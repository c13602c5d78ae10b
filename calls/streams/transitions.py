"""What the answers to a stream's steps mean for it; in the transaction that wrote them, streams locked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F
from django.db.models.functions import Now

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.attempts import LAST_LOOK
from calls.streams.kinds import Change, report
from liveplatform.work.doorbell import ring

log = structlog.get_logger(__name__)

Status, Outcome, Kind = MediaStream.Status, MediaStream.Outcome, StreamStep.Kind
MAX_DURATION, PROVIDER_ENDED = "Its maximum duration is over.", "Its provider has ended it."


def lock_streams(steps: Sequence[StreamStep]) -> None:
    """Lock the streams of these steps until the transaction is over, in the order of their ids."""
    lock(step.stream_id for step in steps)


def lock(ids: Iterable[UUID]) -> list[MediaStream]:
    """These streams, locked in the order of their ids."""
    rows = MediaStream.objects.filter(pk__in=set(ids)).order_by("pk")
    return list(rows.select_for_update(of=("self",), no_key=True))


def settled(steps: Sequence[StreamStep]) -> None:
    """Apply the outcomes of these steps to their streams, and report what has changed."""
    streams = MediaStream.objects.in_bulk({step.stream_id for step in steps})
    before = {pk: stream.status for pk, stream in streams.items()}
    for step in steps:
        stream, apply = streams[step.stream_id], _APPLY.get(step.kind)
        if apply:
            apply(stream, step)
            stream.updated_at = step.updated_at
            stream.save()
    report([Change(each, before[pk]) for pk, each in streams.items() if each.status != before[pk]])


def request_stop(stream: MediaStream, reason: str, actor: str) -> bool:
    """Put the stop of a locked stream on record, and make its step due; False if it is over or was requested.

    While its start is under way, the step waits for the answer. Saves and reports.
    """
    if stream.is_over or stream.stop_requested_at:
        return False
    before = stream.status
    stream.stop_requested_at, stream.stop_reason, stream.stopped_by = Now(), reason[:200], actor[:80]
    if stream.status == Status.LIVE:
        stream.status = Status.STOPPING
    stream.save()
    stream.refresh_from_db(fields=["stop_requested_at"])
    is_starting = stream.status == Status.STARTING
    StreamStep.objects.bulk_create(
        [StreamStep.of(stream, Kind.STOP, due_at=None if is_starting else Now())], ignore_conflicts=True
    )
    ring(StreamStep.queue)
    if stream.status != before:
        report([Change(stream, before)])
    return True


def _start_settled(stream: MediaStream, step: StreamStep) -> None:
    if stream.is_over:
        return
    if step.state == StreamStep.State.DONE:
        _record_start(stream, step)
    elif step.is_settled:
        stream.status, stream.error = Status.FAILED, step.error[:500]
        stream.stopped_at = step.settled_at
        if stream.stop_requested_at:
            stream.outcome = Outcome.NOT_RUNNING
        StreamStep.objects.filter(stream=stream, kind=Kind.STOP, due_at=None).update(due_at=Now())


def _record_start(stream: MediaStream, step: StreamStep) -> None:
    facts = step.result
    stream.provider_stream_id = facts.get("id") or stream.provider_stream_id
    stream.sealed_secrets = facts.pop("sealed_secrets", "") or stream.sealed_secrets
    StreamStep.objects.filter(pk=step.pk).update(result=facts)
    _set_facts(stream, facts)
    if facts.get("status") in ("stopped", "failed"):
        _end(stream, step.settled_at, Outcome.NOT_RUNNING)
        return
    stream.started_at = stream.started_at or step.settled_at
    stream.status = Status.STOPPING if stream.stop_requested_at else Status.LIVE
    if stream.stop_requested_at:
        StreamStep.objects.filter(stream=stream, kind=Kind.STOP, due_at=None).update(due_at=Now())
        ring(StreamStep.queue)


def _stop_settled(stream: MediaStream, step: StreamStep) -> None:
    if step.state == StreamStep.State.FAILED:
        stream.outcome = Outcome.UNKNOWN
        log.error("stream_stop_given_up", stream_id=str(stream.pk), provider=stream.provider)
        return
    _set_facts(stream, step.result)
    if step.state == StreamStep.State.DONE and not stream.is_over:
        _end(stream, step.settled_at, Outcome(step.result["outcome"]))
    elif not step.is_settled and not stream.is_over:
        is_accepted = step.result.get("outcome") == "accepted" or _may_have_stopped(step)
        stream.outcome = Outcome.ACCEPTED if is_accepted else stream.outcome


def _may_have_stopped(step: StreamStep) -> bool:
    return bool(step.log) and step.log[-1].get("code") == "unknown_outcome"


def _check_settled(stream: MediaStream, step: StreamStep) -> None:
    act = step.result.get("act")
    _set_facts(stream, step.result)
    if act == "stop":
        request_stop(stream, MAX_DURATION, "watch")
    elif act == "stop_again":
        stop_again(stream)
    elif act == "seen":
        stream.seen_at = step.updated_at
    elif act == "gone" and not stream.is_over:
        stream.stop_reason = stream.stop_reason or PROVIDER_ENDED
        stream.stopped_by = stream.stopped_by or f"provider:{stream.provider}"
        _end(stream, step.updated_at, stream.outcome or Outcome.NOT_RUNNING)


def ended_at_provider(stream: MediaStream, at: datetime, *, error: str = "") -> None:
    """Its provider has proven that a locked stream is over, and not asked again. Saves and reports."""
    if stream.is_over:
        return
    before = stream.status
    stream.stop_reason = stream.stop_reason or (error or PROVIDER_ENDED)[:200]
    stream.stopped_by = stream.stopped_by or f"provider:{stream.provider}"
    _end(stream, at, Outcome.STOPPED if stream.stop_requested_at else Outcome.NOT_RUNNING)
    stream.save()
    report([Change(stream, before)])


def stop_again(stream: MediaStream) -> None:
    """Stop a stream that is over here and runs at its provider: an orphan, which is billed."""
    log.error("stream_still_live", stream_id=str(stream.pk), provider=stream.provider)
    steps = StreamStep.objects.filter(stream=stream, kind=Kind.STOP)
    if not steps.exists():
        StreamStep.of(stream, Kind.STOP, payload={"again": True}).save()
    else:
        steps.update(payload={"again": True})
        steps.restart()
    ring(StreamStep.queue)


def _end(stream: MediaStream, at: datetime | None, outcome: str) -> None:
    """The stream is over. Its last look is made due."""
    stream.status, stream.outcome = Status.STOPPED, outcome
    stream.stopped_at = stream.stopped_at or at
    if stream.seconds is None and stream.started_at and stream.stopped_at:
        stream.seconds = max(0, round((stream.stopped_at - stream.started_at).total_seconds()))
    checks = StreamStep.objects.filter(stream=stream, kind=Kind.CHECK)
    checks.exclude(state__in=StreamStep.OPEN).restart()
    checks.filter(state=StreamStep.State.PENDING).update(due_at=Now() + timedelta(seconds=LAST_LOOK))


def _set_facts(stream: MediaStream, facts: Mapping[str, Any]) -> None:
    """What the provider says of it; what it does not say stays."""
    stream.provider_status = str(facts.get("raw_status") or stream.provider_status)[:40]
    stream.started_at = _time(facts.get("started_at")) or stream.started_at
    stream.stopped_at = _time(facts.get("ended_at")) or stream.stopped_at
    if facts.get("seconds") is not None:
        stream.seconds = facts["seconds"]
    if facts.get("cost"):
        stream.cost = Decimal(facts["cost"]).quantize(Decimal("0.000001"))
        stream.price_unit = facts.get("price_unit") or stream.price_unit


def _time(value: Any) -> datetime | None:  # noqa: ANN401 - as kept in a step's result
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def next_event(stream: MediaStream) -> int:
    """The number of the next event about a locked stream; saved."""
    MediaStream.objects.filter(pk=stream.pk).update(event_sequence=F("event_sequence") + 1)
    stream.event_sequence += 1
    return stream.event_sequence


_APPLY: dict[str, Callable[[MediaStream, StreamStep], None]] = {
    Kind.START: _start_settled,
    Kind.STOP: _stop_settled,
    Kind.CHECK: _check_settled,
}
