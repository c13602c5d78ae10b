"""Old events are deleted: they hold phone numbers."""

import time
from uuid import UUID

from calls.lifecycle.end import end
from calls.models import ProviderEvent
from calls.provider_events.retention import purge_expired
from calls.tasks import purge_provider_events
from tests.support.factories import phone_call
from tests.support.signed_events import applied, post_twilio, status_form


def aged(days):
    """Make all events this old."""
    for number, event in enumerate(ProviderEvent.objects.all()):
        long_ago = (int(time.time() * 1000) - days * 86_400_000) << 80
        ProviderEvent.objects.filter(pk=event.pk).update(id=UUID(int=long_ago + number))


def test_settled_events_are_deleted_after_their_days(account, settings):
    call = phone_call(account, provider_call_id="CA1")
    applied(call, post_twilio(call.connection, status_form("CA1", "completed", 3)))
    post_twilio(call.connection, status_form("CA2", "busy", 3))  # not looked at yet
    aged(settings.PROVIDER_EVENTS_RETENTION_DAYS - 1)
    assert purge_expired() == 0
    aged(settings.PROVIDER_EVENTS_RETENTION_DAYS + 1)
    assert purge_provider_events() == "1 provider events were deleted."
    assert ProviderEvent.objects.get().state == "pending"


def test_events_of_a_live_call_are_kept(account):
    call = phone_call(account, provider_call_id="CA1")
    applied(call, post_twilio(call.connection, status_form("CA1", "in-progress", 2)))
    aged(400)
    assert purge_expired() == 0
    end(call.pk, account_id=account.pk, actor="test")
    assert purge_expired() == 1
