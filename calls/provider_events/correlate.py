"""Correlates provider events with calls: by the provider's id, by ours in the callback's address, by room."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from calls.models.call import ECHO_ROOM_PREFIX, Call
from calls.models.media_stream import MediaStream
from calls.models.provider_event import ProviderEvent
from providers.events import ProviderEventData


def correlate(events: Sequence[ProviderEvent]) -> dict[UUID, UUID]:
    """The call of each event that has one, by the event's id; in two queries."""
    by_provider_id = _calls_by_provider_id(events)
    by_id = Call.objects.in_bulk({ref for event in events if (ref := _call_ref(event))})
    found = {event.pk: _match(event, by_provider_id, by_id) for event in events}
    return {event_id: call.pk for event_id, call in found.items() if call}


def save_matches(events: Iterable[ProviderEvent]) -> None:
    """Save the calls that were found (event.call_id), where they are not saved yet."""
    found = [event for event in events if event.call_id and event.has_new_call]
    ProviderEvent.objects.bulk_update(found, ["call"])


def is_expected(connection_id: UUID, data: ProviderEventData) -> bool:
    """Whether an unsigned event names, in its address or its body, a call or stream of this connection."""
    if data.stream is not None:
        ref = _uuid(data.stream.ref)
        named = Q(pk=ref) if ref else Q(provider_stream_id=data.stream.id) & ~Q(provider_stream_id="")
        return MediaStream.objects.filter(named, connection_id=connection_id).exists()
    ref = _uuid(data.call_ref)
    named = Q(pk=ref) if ref else Q(provider_call_id=data.resource) & ~Q(provider_call_id="")
    return Call.objects.filter(named, connection_id=connection_id).exists()


ProviderId = tuple[UUID, str]  # the connection and the provider's id of a call


def _calls_by_provider_id(events: Iterable[ProviderEvent]) -> dict[ProviderId, list[Call]]:
    resources = {(event.connection_id, _resource(event)) for event in events if _resource(event)}
    calls = Call.objects.filter(
        connection__in={connection_id for connection_id, _ in resources},
        provider_call_id__in={resource for _, resource in resources},
    ).exclude(provider_call_id="")
    found = defaultdict(list)
    for call in calls.only("connection_id", "provider_call_id", "stream_call_type"):
        if call.connection_id:
            found[call.connection_id, call.provider_call_id].append(call)
    return found


def _match(
    event: ProviderEvent, by_provider_id: dict[ProviderId, list[Call]], by_id: dict[UUID, Call]
) -> Call | None:
    for call in by_provider_id.get((event.connection_id, _resource(event)), ()):
        if _has_type(call, event):
            return call
    call_ref = _call_ref(event)
    named = by_id.get(call_ref) if call_ref else None
    if named and any(rule(named, event) for rule in (_has_provider_id, _is_unanswered, _is_helper_room)):
        return named
    return None


def _has_type(call: Call, event: ProviderEvent) -> bool:
    """The event names no type of room, or the call's."""
    return event.payload.get("resource_type", "") in ("", call.stream_call_type)


def _has_provider_id(call: Call, event: ProviderEvent) -> bool:
    """The provider's answer was saved after the calls were read by the provider's ids."""
    has_id = call.provider_call_id != "" and call.provider_call_id == _resource(event)
    return has_id and call.connection_id == event.connection_id and _has_type(call, event)


def _is_unanswered(call: Call, event: ProviderEvent) -> bool:
    """The provider has not answered with the call's id yet, or its answer was lost.

    An event that names a call with another leg is about a further leg, which that leg has dialled.
    """
    is_phone = call.channel == Call.Channel.PHONE
    return is_phone and not call.provider_call_id and call.connection_id == event.connection_id


def _is_helper_room(call: Call, event: ProviderEvent) -> bool:
    return call.room_connection_id == event.connection_id and call.room_id == _resource(event)


def _resource(event: ProviderEvent) -> str:
    """The provider's id of the call or room that the event is about."""
    return str(event.payload.get("resource", ""))


def _call_ref(event: ProviderEvent) -> UUID | None:
    return _uuid(event.payload.get("call_ref") or _resource(event).removeprefix(ECHO_ROOM_PREFIX))


def _uuid(named: str) -> UUID | None:
    try:
        return UUID(named)
    except ValueError:
        return None
