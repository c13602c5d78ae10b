"""A call's whole story in order: who asked for what, what its provider said, its steps with every attempt,
its events and their deliveries."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from calls import acts
from calls.models import Act, Call, ProviderEvent, Recording, Step
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.work.models import Work

# What happened at one moment is told in this order.
NATURE = ("request", "provider event", "provider", "call", "step", "event", "delivery")
# Clocks differ: a start is told of after the creation if it seems to be so little before it.
CLOCKS_DIFFER = timedelta(seconds=2)
CREATED = "created"
PLATFORM, WORKER = "platform", "worker"
# Whose doing an act is says what it was; all others are requests.
DOING = {"provider": "provider", "watch": "call", "worker": "call"}


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
    noted = list(Act.objects.filter(call=call).order_by("id"))
    entries = [*map(_act, noted), *_own(call, noted), *_steps(call), *_events(call), *_deliveries(call)]
    entries += [*_recordings(call), *_told(call)]
    return [asdict(entry) for entry in sorted(entries, key=lambda entry: _turn(entry, call))]


def _turn(entry: Entry, call: Call) -> tuple[datetime, int]:
    """The key by which an entry finds its place."""
    if entry.name != CREATED or entry.what != "request":
        return entry.at, NATURE.index(entry.what)
    began = call.started_at or entry.at
    return (min(entry.at, began) if entry.at - began < CLOCKS_DIFFER else entry.at), -1


def _act(act: Act) -> Entry:
    what = DOING.get(act.by.partition(":")[0], "request")
    return Entry(act.at, what, act.what, "done", act.detail, act.by)


def _own(call: Call, noted: Sequence[Act]) -> Iterator[Entry]:
    provider = f"provider:{call.provider}" if call.provider else ""
    yield Entry(call.created_at, "request", CREATED, "done", _between(call), call.created_by)
    if call.started_at:
        yield Entry(call.started_at, "call", "started", "done", by=_starter(call, noted, provider))
    if call.end_requested_at:
        yield Entry(call.end_requested_at, "request", "end requested", "done", by=call.ended_by)
    if call.ended_at:
        said = f"{call.disconnect_reason} ({call.end_code})"
        yield Entry(call.ended_at, "call", "ended", "done", said, call.ended_by)
    if call.provider_confirmed_at:
        at, said = call.provider_confirmed_at, call.provider_status
        yield Entry(at, "provider", acts.END_CONFIRMED, "done", said, provider)


def _between(call: Call) -> str:
    """From whom to whom, and over which provider."""
    extension = f" ext. {call.extension}" if call.extension else ""
    told = {"from": call.from_number, "to": f"{call.to_number}{extension}", "over": call.provider}
    return " ".join(f"{word} {value}" for word, value in told.items() if value)


def _starter(call: Call, noted: Sequence[Act], provider: str) -> str:
    """Who started it: whoever took it live, or opened it so; a phone call starts at its provider."""
    if call.channel == Call.Channel.PHONE and provider:
        return provider
    return next((act.by for act in noted if act.what == acts.STARTED), call.created_by)


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
        yield Entry(event.created_at, "event", event.type, "done", event.message_id, PLATFORM)


def _deliveries(call: Call) -> Iterator[Entry]:
    found = Delivery.objects.filter(event__subject=call.pk).select_related("event").defer("event__body")
    for delivery in found:
        yield from _attempts(delivery, "delivery", delivery.event.type)


def _attempts(work: Work, what: str, name: str) -> Iterator[Entry]:
    for entry in work.log:
        at = datetime.fromisoformat(entry["at"])
        detail = f"attempt {entry['attempt']}, {entry['ms']} ms {entry.get('error', '')}".strip()
        yield Entry(at, what, name, entry["outcome"], detail, WORKER)
    if not work.log and work.settled_at:
        yield Entry(work.settled_at, what, name, work.state, work.error, PLATFORM)
