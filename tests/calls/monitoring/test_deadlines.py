"""Scheduled calls: who looks in before the time starts nothing, and who leaves before it ends nothing."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.lifecycle.start import start
from calls.models import Call
from liveplatform.accounts.connections import upsert_connection
from tests.calls.monitoring.test_check import due_in, joined, look

WEEKS, LEAD = timedelta(weeks=3), timedelta(minutes=15)
SOON = timedelta(minutes=10)


@pytest.fixture(params=["getstream", "livekit"])
def planned(request, line, sandbox_url):
    """Opens a call over this provider for a time from now."""
    given = {"api_key": f"API{line.account.account_id}", "api_secret": "a-secret-of-at-least-32-characters"}
    upsert_connection(line.account, "livekit", given, base_url=sandbox_url)

    def opened(ahead, **more):
        return line.open(provider=request.param, scheduled_at=timezone.now() + ahead, **more)

    return opened


def left(call, sandbox):
    sandbox.trigger(call.provider_call_id, "left")
    return call


def later(call, by):
    """So much time has passed for this call."""
    moved = {"created_at", "scheduled_at", "started_at", "empty_since", "provider_seen_at"}
    times = {name: getattr(call, name) - by for name in moved if getattr(call, name)}
    Call.objects.filter(pk=call.pk).update(**times)
    return call


def test_who_looks_in_weeks_before_starts_nothing_and_ends_nothing(planned, sandbox, settings):
    call = look(joined(planned(WEEKS, time_limit=60), sandbox))
    assert (call.status, call.started_at) == ("scheduled", None)
    assert due_in(call) == pytest.approx((WEEKS - LEAD).total_seconds(), abs=10)
    settings.EMPTY_ROOM_GRACE = 0
    call = look(left(call, sandbox))
    assert (call.status, call.empty_since) == ("scheduled", None)


def test_it_is_looked_at_when_people_may_come(planned):
    assert due_in(planned(WEEKS)) == pytest.approx((WEEKS - LEAD).total_seconds(), abs=10)
    assert due_in(planned(SOON)) > SOON.total_seconds()


def test_who_is_there_when_it_is_time_makes_it_live_though_nobody_told_of_them(planned, sandbox):
    call = look(later(joined(planned(WEEKS, time_limit=60), sandbox), WEEKS - SOON))
    assert (call.status, bool(call.started_at)) == ("live", True)
    assert due_in(call) == pytest.approx(SOON.total_seconds() + 60, abs=10), "its limit, from its time on"
    assert not look(call).is_over
    assert look(later(call, SOON + timedelta(seconds=61))).end_code == "time_limit"


def test_who_came_and_left_early_ends_it_a_grace_after_its_time_only(planned, sandbox, settings):
    call = look(joined(planned(SOON), sandbox))
    Call.objects.filter(pk=left(call, sandbox).pk).update(empty_since=Now() - timedelta(hours=1))
    call = look(call)
    assert (call.status, call.is_over) == ("live", False)
    assert due_in(call) == pytest.approx(SOON.total_seconds() + settings.EMPTY_ROOM_GRACE, abs=10)
    passed = SOON + timedelta(seconds=settings.EMPTY_ROOM_GRACE + 1)
    assert look(later(call, passed)).end_code == "participants_left"


def test_a_call_that_was_started_long_before_its_time_ends_as_any_other(planned, sandbox, settings):
    call = planned(WEEKS)
    start(call.pk, account_id=call.account_id, actor="test")
    call = look(joined(call, sandbox))
    assert due_in(call) <= settings.CALL_STALE_AFTER
    Call.objects.filter(pk=left(call, sandbox).pk).update(empty_since=Now() - timedelta(hours=1))
    assert look(call).end_code == "participants_left"


def test_who_looked_in_before_the_start_is_nobody_who_left_the_call(planned, sandbox, settings):
    settings.EMPTY_ROOM_GRACE = 0
    call = look(left(joined(planned(WEEKS), sandbox), sandbox))
    start(call.pk, account_id=call.account_id, actor="test")
    call = look(call)
    assert (call.status, call.empty_since) == ("live", None)


def test_a_call_that_nobody_began_is_forgotten_a_day_after_its_time(planned):
    call = look(later(planned(SOON), SOON + timedelta(hours=23)))
    assert not call.is_over
    assert look(later(call, timedelta(hours=1))).end_code == "stale"


@pytest.mark.parametrize("planned", ["livekit"], indirect=True)
def test_a_room_that_closed_before_the_time_is_there_again_when_people_may_come(planned, sandbox):
    call = planned(WEEKS)
    sandbox.trigger(call.provider_call_id, "closed")
    assert look(call).status == "scheduled"
    assert call.provider_call_id not in sandbox.live()["livekit"]
    call = look(later(call, WEEKS - SOON))
    assert call.provider_call_id in sandbox.live()["livekit"]
    call = look(joined(call, sandbox))
    sandbox.trigger(call.provider_call_id, "closed")
    assert (look(call).status, call.provider_call_id in sandbox.live()["livekit"]) == ("live", True)
    sandbox.trigger(call.provider_call_id, "closed")
    assert look(later(call, SOON + timedelta(hours=1))).is_over
