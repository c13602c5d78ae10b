"""The queue of provider events saves the call of each event before it is applied."""

from calls.models import ProviderEvent
from calls.provider_events.queue import PROVIDER_EVENTS, lock
from liveplatform.work.queue import queue_named
from tests.support.signed_events import leg, post_getstream


def test_it_is_registered_by_name():
    assert queue_named("provider_events") is PROVIDER_EVENTS


def test_the_calls_that_were_found_are_saved_and_logged(phone, stream):
    leg(phone, "ringing", 1)
    post_getstream(stream, "call.ended", "unknown")
    known, unknown = ProviderEvent.objects.order_by("id")
    PROVIDER_EVENTS.prepare([known, unknown])
    lock([known, unknown])
    assert list(ProviderEvent.objects.order_by("id").values_list("call_id", flat=True)) == [phone.pk, None]
    context = {"connection_id": str(phone.connection_id), "type": "ringing"}
    assert PROVIDER_EVENTS.log_context(known) == context | {"call_id": str(phone.pk)}
    assert "call_id" not in PROVIDER_EVENTS.log_context(unknown)
