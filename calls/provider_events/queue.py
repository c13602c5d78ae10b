"""The queue of provider events: each is applied to its call."""

from calls.models.provider_event import ProviderEvent
from calls.provider_events import apply, correlate
from calls.queues import call_context, lock_calls
from liveplatform.work.queue import Queue


def lock(events: list[ProviderEvent]) -> None:
    """Lock the calls that were found, and save them on their events."""
    lock_calls(events)
    correlate.save_matches(events)


def log_context(event: ProviderEvent) -> dict[str, str]:
    return {"connection_id": str(event.connection_id), "type": event.type} | call_context(event)


PROVIDER_EVENTS = Queue(
    model=ProviderEvent,
    prepare=apply.prepare,
    lock=lock,
    settled=apply.settled,
    log_context=log_context,
)
