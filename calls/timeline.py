"""A call's whole story in order: who asked for what, what its provider said, its steps with every attempt,
its events and their deliveries."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from calls import activity as acts
from calls.models import Activity, Call, ProviderEvent, Recording, Step
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.work.models import Work

# What happened at one moment is told in this order.
SOURCE_ORDER = ("request", "provider event", "provider", "call", "step", "event", "delivery")
# Clocks differ: a start is told of after the creation if it seems to be so little before it.
MAX_CLOCK_SKEW = timedelta(seconds=2)
CREATED = "created"
PLATFORM, WORKER = "platform", "worker"
# Whose doing an act is says what it was; all others are requests.
SOURCE_OF_ACTOR = {"provider": "provider", "watch": "call", "worker": "call"}


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened: when, to what, how it went, and whose doing it was."""

    at: datetime
    what: str
    name: str
    state: str
    detail: str = ""
    by: str = ""


def timeline(call: Call) -> list[dict[str, Any]]:
    """Everything known of a call, oldest first; a fixed number of queries whatever its length."""
    activities = list(Activity.objects.filter(call=call).order_by("id"))
    entries = [
        *map(_activity_entry, activities),
        *_lifecycle_entries(call, activities),
        *_step_entries(call),
        *_event_entries(call),
        *_delivery_entries(call),
    ]
    entries += [*_recording_entries(call), *_provider_event_entries(call)]
    return [asdict(entry) for entry in sorted(entries, key=lambda entry: _sort_key(entry, call))]


def _sort_key(entry: TimelineEntry, call: Call) -> tuple[datetime, int]:
    """The key by which an entry finds its place."""
    if entry.name != CREATED or entry.what != "request":
        return entry.at, SOURCE_ORDER.index(entry.what)
    began = call.started_at or entry.at
    return (min(entry.at, began) if entry.at - began < MAX_CLOCK_SKEW else entry.at), -1


def _activity_entry(activity: Activity) -> TimelineEntry:
    what = SOURCE_OF_ACTOR.get(activity.actor.partition(":")[0], "request")
    return TimelineEntry(activity.created_at, what, activity.verb, "done", activity.detail, activity.actor)


def _lifecycle_entries(call: Call, activities: Sequence[Activity]) -> Iterator[TimelineEntry]:
    provider = f"provider:{call.provider}" if call.provider else ""
    yield TimelineEntry(call.created_at, "request", CREATED, "done", _parties(call), call.created_by)
    if call.started_at:
        yield TimelineEntry(
            call.started_at, "call", "started", "done", by=_started_by(call, activities, provider)
        )
    if call.end_requested_at:
        yield TimelineEntry(call.end_requested_at, "request", "end requested", "done", by=call.ended_by)
    if call.ended_at:
        said = f"{call.disconnect_reason} ({call.end_code})"
        yield TimelineEntry(call.ended_at, "call", "ended", "done", said, call.ended_by)
    if call.provider_confirmed_at:
        at, said = call.provider_confirmed_at, call.provider_status
        yield TimelineEntry(at, "provider", acts.END_CONFIRMED, "done", said, provider)


def _parties(call: Call) -> str:
    """From whom to whom, and over which provider."""
    extension = f" ext. {call.extension}" if call.extension else ""
    told = {"from": call.from_number, "to": f"{call.to_number}{extension}", "over": call.provider}
    return " ".join(f"{word} {value}" for word, value in told.items() if value)


def _started_by(call: Call, activities: Sequence[Activity], provider: str) -> str:
    """Who started it: whoever took it live, or opened it so; a phone call starts at its provider."""
    if call.channel == Call.Channel.PHONE and provider:
        return provider
    return next((activity.actor for activity in activities if activity.verb == acts.STARTED), call.created_by)


def _recording_entries(call: Call) -> Iterator[TimelineEntry]:
    for recording in Recording.objects.filter(call=call):
        said = f"{recording.duration} s" if recording.duration is not None else ""
        yield TimelineEntry(
            recording.ready_at, "provider", "recording ready", "done", said, f"provider:{call.provider}"
        )


def _provider_event_entries(call: Call) -> Iterator[TimelineEntry]:
    told = ProviderEvent.objects.filter(call=call).select_related("connection").order_by("id")
    for event in told.only("created_at", "type", "state", "result", "error", "connection__provider"):
        by = f"provider:{event.connection.provider}"  # that of the call's own room may be another one
        yield TimelineEntry(event.created_at, "provider event", event.type, event.state, event.summary, by)


def _step_entries(call: Call) -> Iterator[TimelineEntry]:
    for step in Step.objects.filter(call=call):
        yield from _attempt_entries(step, "step", step.kind)


def _event_entries(call: Call) -> Iterator[TimelineEntry]:
    for event in Event.objects.filter(subject_id=call.pk).defer("body"):
        yield TimelineEntry(event.created_at, "event", event.type, "done", event.message_id, PLATFORM)


def _delivery_entries(call: Call) -> Iterator[TimelineEntry]:
    found = Delivery.objects.filter(event__subject_id=call.pk).select_related("event").defer("event__body")
    for delivery in found:
        yield from _attempt_entries(delivery, "delivery", delivery.event.type)


def _attempt_entries(work: Work, what: str, name: str) -> Iterator[TimelineEntry]:
    for entry in work.log:
        at = datetime.fromisoformat(entry["at"])
        detail = f"attempt {entry['attempt']}, {entry['ms']} ms {entry.get('error', '')}".strip()
        yield TimelineEntry(at, what, name, entry["outcome"], detail, WORKER)
    if not work.log and work.settled_at:
        yield TimelineEntry(work.settled_at, what, name, work.state, work.error, PLATFORM)
