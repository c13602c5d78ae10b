"""Provider events about media streams: what is proven is applied, everything else is looked at.

A provider that signs what it says (Twilio) ends a stream here. Of one that does not (Vobiz, Plivo), and of an
error after which a stream may run on, the stream's own check or stop asks the provider. What nobody can be
asked, such as a checkpoint that was played, is passed on to the customer if the event is signed at all.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from calls.models.media_stream import IS_OPEN, MediaStream
from calls.models.provider_event import ProviderEvent
from calls.models.stream_step import StreamStep
from calls.streams.callbacks import Event, tell
from calls.streams.transitions import PROVIDER_ENDED, ended_at_provider, lock, request_stop
from providers.events import ProviderEventData, StreamNews, from_json

OVER = ("stopped", "failed")
# Their names in the callbacks to customers.
PASSED_ON: dict[str, Event] = {
    "dropped": "DroppedStream",
    "degraded": "DegradedStream",
    "played": "PlayedStream",
    "cleared": "ClearedAudio",
}


class Match(NamedTuple):
    """The stream of an event, as it was when the event was taken up."""

    stream_id: UUID
    call_id: UUID | None
    is_starting: bool


def match(events: Sequence[ProviderEvent]) -> dict[UUID, Match]:
    """The stream of each event that has one, by the event's id; in two queries at most."""
    news = {event.pk: (event.connection_id, _news(event)) for event in events if event.kind == "stream"}
    if not news:
        return {}
    ours = {ref for _, each in news.values() if (ref := _our_id(each))}
    theirs = {each.id for _, each in news.values() if each.id}
    rows = MediaStream.objects.filter(
        Q(pk__in=ours) | Q(provider_stream_id__in=theirs) & ~Q(provider_stream_id=""),
        connection__in={connection_id for connection_id, _ in news.values()},
    )
    streams = list(rows.only("connection_id", "provider_stream_id", "call_id", "status"))
    found = {pk: _find(streams, connection_id, each) for pk, (connection_id, each) in news.items()}
    found |= _by_room([event for event in events if event.pk in news and _is_nameless(news[event.pk][1])])
    return {
        pk: Match(stream.pk, stream.call_id, stream.status == MediaStream.Status.STARTING)
        for pk, stream in found.items()
        if stream is not None
    }


def apply(events: Sequence[ProviderEvent], now: datetime) -> dict[UUID, str]:
    """Apply these events to their streams, locked after their calls; a summary of each, by its id."""
    found = match(events)
    streams = {stream.pk: stream for stream in lock(each.stream_id for each in found.values())}
    summaries, to_check = {}, set()
    for event in events:
        stream = streams.get(found[event.pk].stream_id) if event.pk in found else None
        if stream is None:
            continue
        data = from_json(event.payload)
        _pass_on(stream, data, event.dedup_key)
        summary = _apply(stream, data, now)
        if not summary:
            to_check.add(stream.pk)
        summaries[event.pk] = summary or "its stream is looked at"
    if to_check:
        StreamStep.objects.filter(stream__in=to_check, kind=StreamStep.Kind.CHECK).make_due()
    return summaries


def _pass_on(stream: MediaStream, data: ProviderEventData, dedup_key: str) -> None:
    """Tell the customer's status_callback_url; of a start and a stop when they are known for certain."""
    told = PASSED_ON.get(data.stream.happening) if data.stream and not data.is_unsigned else None
    if data.stream is None or told is None or stream.is_over:
        return
    digest = hashlib.sha256(dedup_key.encode()).hexdigest()
    news = data.stream
    tell(
        stream,
        told,
        at=data.occurred_at,
        error=news.error,
        name=news.checkpoint,
        slot=f"{told}:{digest[:16]}",
    )


def _apply(stream: MediaStream, data: ProviderEventData, now: datetime) -> str:
    """What follows from a proven event at once; "" if the stream has to be looked at."""
    news = data.stream
    if news is None or not news.is_proven or stream.is_over:
        return ""
    if news.status in OVER and stream.status != MediaStream.Status.STARTING:
        ended_at_provider(stream, min(data.ended_at or data.occurred_at or now, now), error=news.error)
        return "its stream has ended"
    if news.status in OVER or news.happening == "dropped":
        request_stop(stream, news.error or PROVIDER_ENDED, f"provider:{stream.provider}")
        return "its stream is stopped"
    return ""


def _find(streams: Iterable[MediaStream], connection_id: UUID, news: StreamNews) -> MediaStream | None:
    """By our id, else by the provider's."""
    own = [stream for stream in streams if stream.connection_id == connection_id]
    own.sort(key=lambda stream: stream.is_over)
    ours = _our_id(news)
    by_ref = (stream for stream in own if ours and stream.pk == ours)
    by_id = (stream for stream in own if news.id and stream.provider_stream_id == news.id)
    return next(by_ref, None) or next(by_id, None)


def _by_room(events: Sequence[ProviderEvent]) -> dict[UUID, MediaStream | None]:
    """The open stream of each event that names only its room: the newest one."""
    if not events:
        return {}
    rooms = {event.payload.get("resource", "") for event in events} - {""}
    rows = MediaStream.objects.filter(IS_OPEN, parent_id__in=rooms, connection__isnull=False)
    newest = {(stream.connection_id, stream.parent_id): stream for stream in rows.order_by("created_at")}
    return {event.pk: newest.get((event.connection_id, event.payload.get("resource"))) for event in events}


def _is_nameless(news: StreamNews) -> bool:
    return not (news.ref or news.name or news.id)


def _our_id(news: StreamNews) -> UUID | None:
    for named in (news.ref, news.name):
        try:
            return UUID(named)
        except ValueError:
            continue
    return None


def _news(event: ProviderEvent) -> StreamNews:
    return from_json(event.payload).stream or StreamNews()


def summarise(events: Iterable[ProviderEvent], summaries: Mapping[UUID, str]) -> None:
    """Write on the events what they have meant."""
    changed = [event for event in events if event.pk in summaries]
    for event in changed:
        event.result = {"summary": summaries[event.pk]}
    ProviderEvent.objects.bulk_update(changed, ["result"])
