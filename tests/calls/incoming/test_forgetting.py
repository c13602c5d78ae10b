"""Old events are forgotten: raw events hold phone numbers."""

import time
from uuid import UUID

from calls.end import end
from calls.incoming.forgetting import forget_old
from calls.models import ProviderEvent
from calls.tasks import forget_events
from tests.calls.incoming.telling import status, told, twilio
from tests.calls.making import phone_call


def aged(days):
    """All events, as if they had come so long ago."""
    for number, event in enumerate(ProviderEvent.objects.all()):
        long_ago = (int(time.time() * 1000) - days * 86_400_000) << 80
        ProviderEvent.objects.filter(pk=event.pk).update(id=UUID(int=long_ago + number))


def test_settled_events_are_forgotten_after_their_days(account, settings):
    call = phone_call(account, provider_call_id="CA1")
    told(call, twilio(call.connection, status("CA1", "completed", 3)))
    twilio(call.connection, status("CA2", "busy", 3))  # not looked at yet
    aged(settings.PROVIDER_EVENTS_KEEP - 1)
    assert forget_old() == 0
    aged(settings.PROVIDER_EVENTS_KEEP + 1)
    assert forget_events() == "1 provider events were deleted."
    assert ProviderEvent.objects.get().state == "pending"


def test_what_a_live_call_was_told_is_kept(account):
    call = phone_call(account, provider_call_id="CA1")
    told(call, twilio(call.connection, status("CA1", "in-progress", 2)))
    aged(400)
    assert forget_old() == 0
    end(call.pk, account_id=account.pk, by="test")
    assert forget_old() == 1
