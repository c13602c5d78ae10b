"""A call's timeline: requests, streams, provider events, steps and deliveries with each attempt, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calls.activity import END_CONFIRMED, STARTED
from calls.models import Activity, Call, MediaStream, ProviderEvent, Recording, Step
from liveplatform.webhooks.models import Delivery, Event
from liveplatform.work.models import Work

# The order of entries with the same time, by what they are about.
SOURCE_ORDER = ("request", "provider event", "provider", "call", "stream", "step", "event", "delivery")
# A start that seems to precede the creation by less than this is a difference of clocks: shown after it.
MAX_CLOCK_SKEW = timedelta(seconds=2)
CREATED = "created"
PLATFORM, WORKER = "platform", "worker"
# What an activity is about, by the prefix of its actor; by default it is a request.
SOURCE_OF_ACTOR = {"provider": "provider", "watch": "call", "worker": "call"}


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened to a call: when, about what, its outcome and its actor."""

    at: datetime
    what: str
    name: str
    state: str
    detail: str = ""
    by: str = ""


def timeline(call: Call, newest: int | None = None) -> list[TimelineEntry]:
    """The entries of a call, oldest first; the number of queries does not depend on their number.

    `newest`: at most so many of the latest; of no source are more rows read.
    """
    activities = list(Activity.objects.filter(call=call).order_by("-id")[:newest])[::-1]
    entries = [
        *map(_activity_entry, activities),
        *_lifecycle_entries(call, activities),
        *_step_entries(call),
        *_event_entries(call, newest),
        *_delivery_entries(call, newest),
        *_recording_entries(call, newest),
        *_stream_entries(call, newest),
        *_provider_event_entries(call, newest),
    ]
    ordered = sorted(entries, key=lambda entry: _sort_key(entry, call))
    return ordered[-newest:] if newest else ordered


def _sort_key(entry: TimelineEntry, call: Call) -> tuple[datetime, int]:
    """By time, then by source; the creation comes before a start that is earlier within MAX_CLOCK_SKEW.

    Events have the time of their transaction, which is just before that of the row: they come after it.
    """
    if entry.what == "event":
        return max(entry.at, call.created_at), SOURCE_ORDER.index(entry.what)
    if entry.name != CREATED or entry.what != "request":
        return entry.at, SOURCE_ORDER.index(entry.what)
    began = call.started_at or entry.at
    return (min(entry.at, began) if entry.at - began < MAX_CLOCK_SKEW else entry.at), -1


def _activity_entry(activity: Activity) -> TimelineEntry:
    what = SOURCE_OF_ACTOR.get(activity.actor.partition(":")[0], "request")
    return TimelineEntry(activity.created_at, what, activity.verb, "done", activity.detail, activity.actor)


def _lifecycle_entries(call: Call, activities: Sequence[Activity]) -> Iterator[TimelineEntry]:
    """Creation, start, requested end, end and the provider's confirmation, from the call's own row."""
    provider = f"provider:{call.provider}" if call.provider else ""
    yield TimelineEntry(call.created_at, "request", CREATED, "done", _parties(call), call.created_by)
    if call.ringing_at:
        yield TimelineEntry(call.ringing_at, "provider", "ringing", "done", by=provider)
    if call.answered_at:
        yield TimelineEntry(call.answered_at, "provider", "answered", "done", call.answered_by, provider)
    if call.started_at:
        starter = _started_by(call, activities, provider)
        yield TimelineEntry(call.started_at, "call", "started", "done", by=starter)
    if call.end_requested_at:
        yield TimelineEntry(call.end_requested_at, "request", "end requested", "done", by=call.ended_by)
    if call.ended_at:
        detail = f"{call.disconnect_reason} ({call.end_code})"
        yield TimelineEntry(call.ended_at, "call", "ended", "done", detail, call.ended_by)
    if call.provider_confirmed_at:
        at, status = call.provider_confirmed_at, call.provider_status
        yield TimelineEntry(at, "provider", END_CONFIRMED, "done", status, provider)


def _parties(call: Call) -> str:
    """Caller, callee and provider, as far as known: "from +1… to +1… over twilio"."""
    extension = f" ext. {call.extension}" if call.extension else ""
    parts = {"from": call.from_number, "to": f"{call.to_number}{extension}", "over": call.provider}
    return " ".join(f"{preposition} {value}" for preposition, value in parts.items() if value)


def _started_by(call: Call, activities: Sequence[Activity], provider: str) -> str:
    """The provider for a phone call; otherwise who took it live, or created it live."""
    if call.channel == Call.Channel.PHONE and provider:
        return provider
    return next((activity.actor for activity in activities if activity.verb == STARTED), call.created_by)


def _recording_entries(call: Call, newest: int | None) -> Iterator[TimelineEntry]:
    provider = f"provider:{call.provider}"
    for recording in Recording.objects.filter(call=call).order_by("-ready_at")[:newest]:
        length = f"{recording.duration} s" if recording.duration is not None else ""
        yield TimelineEntry(recording.ready_at, "provider", "recording ready", "done", length, provider)


def _stream_entries(call: Call, newest: int | None) -> Iterator[TimelineEntry]:
    """When each media stream was requested, started, to be stopped, and over."""
    streams = MediaStream.objects.filter(call=call).order_by("-created_at", "-id") if call.has_streams else ()
    for stream in streams[:newest]:
        id, provider = str(stream.pk), f"provider:{stream.provider}"
        yield TimelineEntry(stream.created_at, "stream", "requested", "done", id, stream.created_by)
        if stream.started_at:
            yield TimelineEntry(stream.started_at, "stream", "started", "done", id, provider)
        if stream.stop_requested_at:
            said = f"{id} {stream.stop_reason}".rstrip()
            yield TimelineEntry(
                stream.stop_requested_at, "stream", "stop requested", "done", said, stream.stopped_by
            )
        if stream.stopped_at:
            said = f"{id} {stream.error or stream.get_outcome_display()}".rstrip()
            yield TimelineEntry(stream.stopped_at, "stream", stream.status, "done", said, stream.stopped_by)


def _provider_event_entries(call: Call, newest: int | None) -> Iterator[TimelineEntry]:
    events = ProviderEvent.objects.filter(call=call).select_related("connection").order_by("-id")
    shown = events.only("created_at", "type", "state", "result", "error", "connection__provider")
    for event in reversed(list(shown[:newest])):
        # The call's helper room may be with another provider than the call itself.
        provider = f"provider:{event.connection.provider}"
        yield TimelineEntry(
            event.created_at, "provider event", event.type, event.state, event.summary, provider
        )


def _step_entries(call: Call) -> Iterator[TimelineEntry]:
    for step in Step.objects.filter(call=call):
        yield from _attempt_entries(step, "step", step.kind)


def _event_entries(call: Call, newest: int | None) -> Iterator[TimelineEntry]:
    events = Event.objects.filter(subject_id=call.pk).defer("body").order_by("-sequence")
    for event in reversed(list(events[:newest])):
        yield TimelineEntry(event.created_at, "event", event.type, "done", event.message_id, PLATFORM)


def _delivery_entries(call: Call, newest: int | None) -> Iterator[TimelineEntry]:
    deliveries = Delivery.objects.filter(event__subject_id=call.pk).select_related("event")
    latest = deliveries.defer("event__body").order_by("-event__sequence", "-created_at")
    for delivery in reversed(list(latest[:newest])):
        yield from _attempt_entries(delivery, "delivery", delivery.event.type)


def _attempt_entries(work: Work, what: str, name: str) -> Iterator[TimelineEntry]:
    """One entry per attempt; one for work that was settled without any."""
    for attempt in work.log:
        at = datetime.fromisoformat(attempt["at"])
        number = "within a request" if attempt.get("out_of_turn") else f"attempt {attempt['attempt']}"
        detail = f"{number}, {attempt['ms']} ms {attempt.get('error', '')}".strip()
        yield TimelineEntry(at, what, name, attempt["outcome"], detail, WORKER)
    if not work.log and work.settled_at:
        yield TimelineEntry(work.settled_at, what, name, work.state, work.error, PLATFORM)
