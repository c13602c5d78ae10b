"""Old captures of GetStream's events, whose delivery ids are not signed: they change nothing, and renew nothing."""

import time
from datetime import UTC, datetime

import pytest

from calls.models import Call, ProviderEvent
from providers.getstream.events import MAX_AGE
from tests.support.signed_events import applied, post_getstream, room

HOUR = 3600


@pytest.fixture
def call(line):
    """A live call, of which nothing was heard since an hour ago."""
    opened = line.open()
    Call.objects.filter(pk=opened.pk).update(
        provider_seen_at=datetime.fromtimestamp(time.time() - HOUR, UTC), started_at=None, status="scheduled"
    )
    opened.refresh_from_db()
    return opened


def state(call):
    call.refresh_from_db()
    return {
        name: getattr(call, name)
        for name in (
            "status",
            "started_at",
            "empty_since",
            "provider_seen_at",
            "provider_state",
            "updated_at",
        )
    }


def test_the_same_body_under_another_delivery_id_is_a_duplicate(call):
    at = time.time() - 60
    applied(call, room(call, "call.session_participant_joined", at=at, webhook_id="w1"))
    before = state(call)
    answer = room(call, "call.session_participant_joined", at=at, webhook_id="forged-1")
    assert answer.json() == {"received": True, "duplicate": True}
    applied(call)
    assert state(call) == before
    assert ProviderEvent.objects.count() == 1


def test_a_capture_that_is_new_here_renews_nothing_beyond_its_own_time(call):
    seen = time.time() - 30 * 60
    applied(call, room(call, "call.session_participant_joined", at=seen))
    assert call.provider_seen_at.timestamp() == pytest.approx(seen, abs=1)
    earlier = call.provider_seen_at
    applied(call, room(call, "call.session_started", at=seen - 60))
    assert call.provider_seen_at == earlier, "and it never goes back"


def test_an_event_of_a_clock_that_is_ahead_counts_as_now(call):
    applied(call, room(call, "call.session_started", at=time.time() + HOUR))
    assert call.provider_seen_at.timestamp() == pytest.approx(time.time(), abs=30)


@pytest.mark.parametrize("age", [MAX_AGE.total_seconds() + 60, 40 * 24 * HOUR])
def test_an_old_capture_is_refused_though_it_is_signed(call, age):
    before = state(call)
    answer = room(call, "call.ended", at=time.time() - age)
    assert (answer.status_code, answer.json()["error"]) == (403, "stale_event")
    applied(call)
    assert state(call) == before
    assert not ProviderEvent.objects.exists()


def test_an_event_without_a_time_is_refused(call):
    answer = post_getstream(call.connection, "call.ended", call.provider_call_id, created_at=None)
    assert (answer.status_code, answer.json()["error"]) == (403, "stale_event")


def test_a_late_delivery_is_taken(call):
    applied(call, room(call, "call.ended", at=time.time() - MAX_AGE.total_seconds() + 60))
    assert call.is_over
