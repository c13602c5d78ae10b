"""A call's whole story in order: who asked for what, what its provider said, its steps with every attempt,
its events and their deliveries."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from calls.models import Act, Call, ProviderEvent, Recording, Step
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.work.models import Work


@dataclass(frozen=True)
class Entry:
    """One thing that happened: when, to what, how it went, and whose doing it was."""

    at: datetime
    what: str
    name: str
    state: str
    detail: str = ""
    by: str = ""


def timeline(call: Call) -> list[dict[str, Any]]:
    """Everything known of a call, oldest first; a fixed number of queries whatever its length."""
    entries = [*_own(call), *_acts(call), *_steps(call), *_events(call), *_deliveries(call)]
    entries += [*_recordings(call), *_told(call)]
    return [asdict(entry) for entry in sorted(entries, key=lambda e: e.at)]


def _own(call: Call) -> Iterator[Entry]:
    provider = f"provider:{call.provider}"
    yield Entry(call.created_at, "request", "created", "done", by=call.created_by)
    if call.started_at:
        yield Entry(call.started_at, "call", "started", "done")
    if call.end_requested_at:
        yield Entry(call.end_requested_at, "request", "end requested", "done", by=call.ended_by)
    if call.ended_at:
        said = f"{call.disconnect_reason} ({call.end_code})"
        yield Entry(call.ended_at, "call", "ended", "done", said, call.ended_by)
    if call.provider_confirmed_at:
        at, said = call.provider_confirmed_at, call.provider_status
        yield Entry(at, "provider", "end confirmed", "done", said, provider)


def _acts(call: Call) -> Iterator[Entry]:
    for act in Act.objects.filter(call=call):
        yield Entry(act.at, "request", act.what, "done", act.detail, act.by)


def _recordings(call: Call) -> Iterator[Entry]:
    for recording in Recording.objects.filter(call=call):
        said = f"{recording.duration} s" if recording.duration is not None else ""
        yield Entry(
            recording.ready_at, "provider", "recording ready", "done", said, f"provider:{call.provider}"
        )


def _told(call: Call) -> Iterator[Entry]:
    told = ProviderEvent.objects.filter(call=call).select_related("connection").order_by("id")
    for event in told.only("created_at", "type", "state", "result", "error", "connection__provider"):
        by = f"provider:{event.connection.provider}"  # that of the call's own room may be another one
        yield Entry(event.created_at, "provider event", event.type, event.state, event.said, by)


def _steps(call: Call) -> Iterator[Entry]:
    for step in Step.objects.filter(call=call):
        yield from _attempts(step, "step", step.kind)


def _events(call: Call) -> Iterator[Entry]:
    for event in Event.objects.filter(subject=call.pk).defer("body"):
        yield Entry(event.created_at, "event", event.type, "done", event.message_id)


def _deliveries(call: Call) -> Iterator[Entry]:
    found = Delivery.objects.filter(event__subject=call.pk).select_related("event").defer("event__body")
    for delivery in found:
        yield from _attempts(delivery, "delivery", delivery.event.type)


def _attempts(work: Work, what: str, name: str) -> Iterator[Entry]:
    for entry in work.log:
        at = datetime.fromisoformat(entry["at"])
        detail = f"attempt {entry['attempt']}, {entry['ms']} ms {entry.get('error', '')}".strip()
        yield Entry(at, what, name, entry["outcome"], detail)
    if not work.log and work.settled_at:
        yield Entry(work.settled_at, what, name, work.state, work.error)
