"""What the answers to a stream's steps mean for it; in the transaction that wrote them, streams locked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.attempts import OVER
from calls.streams.callback_order import release_callbacks
from calls.streams.check import LAST_LOOK
from calls.streams.kinds import Change, report
from calls.streams.orphans import TAKE_UP_AFTER, find_strays, found_live, keep_watching, stop_again
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
    release_callbacks(step.stream_id for step in steps if step.kind == Kind.CALLBACK and step.is_settled)
    report([Change(each, before[pk]) for pk, each in streams.items() if each.status != before[pk]])


def request_stop(stream: MediaStream, reason: str, actor: str) -> bool:
    """Put the stop of a locked stream on record, and make its step due; False if nothing was left to do.

    While its start is under way, the step waits for the answer. A stop that was given up is taken up again.
    Saves and reports.
    """
    if stream.stop_requested_at:
        return take_up(stream)
    if stream.is_over:
        return False
    before = stream.status
    stream.stop_requested_at, stream.stop_reason, stream.stopped_by = Now(), reason[:200], actor[:80]
    stream.outcome = Outcome.ACCEPTED
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


def take_up(stream: MediaStream) -> bool:
    """Let workers try again to stop a locked stream whose stop was given up; False if it was not."""
    given_up = StreamStep.objects.filter(stream=stream, kind=Kind.STOP, state=StreamStep.State.FAILED)
    if not given_up.restart():
        return False
    if not stream.is_over:
        stream.outcome = Outcome.ACCEPTED
        stream.save(update_fields=["outcome"])
    return True


def _start_settled(stream: MediaStream, step: StreamStep) -> None:
    if step.state == StreamStep.State.DONE and not stream.is_over:
        _record_start(stream, step)
    elif step.is_settled and not stream.is_over:
        _record_failure(stream, step)


def _record_start(stream: MediaStream, step: StreamStep) -> None:
    facts = step.result
    stream.provider_stream_id = facts.get("id") or stream.provider_stream_id
    stream.sealed_secrets = facts.pop("sealed_secrets", "") or stream.sealed_secrets
    StreamStep.objects.filter(pk=step.pk).update(result=facts)
    set_facts(stream, facts)
    if facts.get("status") == "failed":
        stream.error = str(facts.get("error") or "Its provider could not start it.")[:500]
        _fail(stream, step.settled_at, Outcome.NOT_RUNNING)
        return
    stream.started_at = stream.started_at or step.settled_at
    if facts.get("status") == "stopped":
        end(stream, step.settled_at, Outcome.NOT_RUNNING)
        return
    stream.status = Status.STOPPING if stream.stop_requested_at else Status.LIVE
    if stream.stop_requested_at:
        _waiting_stop(stream).update(due_at=Now())
        ring(StreamStep.queue)


def _record_failure(stream: MediaStream, step: StreamStep) -> None:
    """It failed. If the search for it was given up too it may run: it is stopped by its name."""
    entry = step.log[-1] if step.log else {}
    stream.error = step.error[:500]
    match entry.get("effect"):
        case "none":
            _fail(stream, step.settled_at, Outcome.NOT_RUNNING, never_ran=entry.get("code") != "lost")
        case "stopped":
            _fail(stream, step.settled_at, Outcome.STOPPED)
        case _:
            _fail(stream, step.settled_at, Outcome.UNKNOWN)
            stop_again(stream)


def _fail(stream: MediaStream, at: datetime | None, outcome: str, *, never_ran: bool = False) -> None:
    stream.status, stream.stopped_at = Status.FAILED, stream.stopped_at or at
    if stream.stop_requested_at or outcome == Outcome.UNKNOWN:
        stream.outcome = outcome
    _let_go(stream, needs_look=not never_ran)


def _stop_settled(stream: MediaStream, step: StreamStep) -> None:
    if step.state == StreamStep.State.FAILED:
        log.error("stream_stop_given_up", stream_id=str(stream.pk), provider=stream.provider)
        stream.outcome = Outcome.UNKNOWN
        if stream.is_over:
            _look_once_more(stream, TAKE_UP_AFTER)
        return
    set_facts(stream, step.result)
    if step.state == StreamStep.State.DONE and not stream.is_over:
        end(stream, step.settled_at, step.result["outcome"])
    elif step.state == StreamStep.State.DONE:
        if stream.outcome == Outcome.UNKNOWN:
            stream.outcome = step.result["outcome"]
        _look_once_more(stream)  # it was found running after its end


def _check_settled(stream: MediaStream, step: StreamStep) -> None:
    act = step.result.get("act")
    set_facts(stream, step.result)
    if act == "stop":
        request_stop(stream, MAX_DURATION, "watch")
    elif act == "stop_again":
        found_live(stream)
    elif act == "seen":
        stream.seen_at = step.updated_at
        stream.provider_stream_id = step.result.get("id") or stream.provider_stream_id
    elif act == "gone" and not stream.is_over:
        stream.stop_reason = stream.stop_reason or PROVIDER_ENDED
        stream.stopped_by = stream.stopped_by or f"provider:{stream.provider}"
        asked = stream.stop_requested_at is not None
        end(stream, step.updated_at, Outcome.STOPPED if asked else Outcome.NOT_RUNNING)
    if not stream.is_over:
        keep_watching(stream, step)
    find_strays(stream, step)


def ended_at_provider(stream: MediaStream, at: datetime, *, error: str = "") -> None:
    """Its provider has proven that a locked stream is over, and not asked again. Saves and reports."""
    if stream.is_over:
        return
    before = stream.status
    stream.stop_reason = stream.stop_reason or (error or PROVIDER_ENDED)[:200]
    stream.stopped_by = stream.stopped_by or f"provider:{stream.provider}"
    end(stream, at, Outcome.STOPPED if stream.stop_requested_at else Outcome.NOT_RUNNING)
    stream.save()
    report([Change(stream, before)])


def end(stream: MediaStream, at: datetime | None, outcome: str) -> None:
    """The stream is over. Its last look is made due."""
    stream.status, stream.outcome = Status.STOPPED, outcome
    stream.stopped_at = stream.stopped_at or at
    if stream.seconds is None and stream.started_at and stream.stopped_at:
        stream.seconds = max(0, round((stream.stopped_at - stream.started_at).total_seconds()))
    _let_go(stream, needs_look=True)


def _let_go(stream: MediaStream, *, needs_look: bool) -> None:
    """A stop that waited for the start has nothing to do; the provider is looked at once more, or not."""
    settled = {"state": StreamStep.State.SKIPPED, "settled_at": Now(), "due_at": None, "error": OVER}
    _waiting_stop(stream).update(**settled)
    if needs_look:
        _look_once_more(stream)
    else:
        checks = StreamStep.objects.filter(stream=stream, kind=Kind.CHECK, state=StreamStep.State.PENDING)
        checks.update(**settled)


def _look_once_more(stream: MediaStream, after: timedelta = timedelta(seconds=LAST_LOOK)) -> None:
    checks = StreamStep.objects.filter(stream=stream, kind=Kind.CHECK)
    checks.restart(wake=False)
    checks.filter(state=StreamStep.State.PENDING).update(due_at=Now() + after)


def _waiting_stop(stream: MediaStream) -> QuerySet[StreamStep]:
    """Its stop, if it waits for the answer to its start."""
    return StreamStep.objects.filter(
        stream=stream, kind=Kind.STOP, state=StreamStep.State.PENDING, due_at=None
    )


def set_facts(stream: MediaStream, facts: Mapping[str, Any]) -> None:
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
