"""Deadlines of calls, and scheduled calls: joining before the time starts nothing, leaving ends nothing."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from calls.lifecycle.start import start
from calls.metrics import OVERDUE_AFTER, overdue
from calls.models import Call
from calls.monitoring.deadlines import LIMIT_ENDS_AT, deadline, first_check, limit_ends_at
from liveplatform.accounts.connections import upsert_connection
from tests.support.factories import video_call
from tests.support.monitoring import check, due_in, joined

WEEKS, LEAD = timedelta(weeks=3), timedelta(minutes=15)
SOON = timedelta(minutes=10)


@pytest.fixture(params=["getstream", "livekit"])
def open_scheduled(request, line, sandbox_url):
    """Opens a call over this provider that is scheduled so far ahead."""
    given = {"api_key": f"API{line.account.account_id}", "api_secret": "a-secret-of-at-least-32-characters"}
    upsert_connection(line.account, "livekit", given, base_url=sandbox_url)

    def opened(ahead, **more):
        return line.open(provider=request.param, scheduled_at=timezone.now() + ahead, **more)

    return opened


def left(call, sandbox):
    sandbox.trigger(call.provider_call_id, "left")
    return call


def shifted(call, by):
    """Move all times of this call into the past."""
    moved = {"created_at", "scheduled_at", "started_at", "empty_since", "provider_seen_at"}
    times = {name: getattr(call, name) - by for name in moved if getattr(call, name)}
    Call.objects.filter(pk=call.pk).update(**times)
    return call


def test_joining_weeks_before_starts_nothing_and_ends_nothing(open_scheduled, sandbox, settings):
    call = check(joined(open_scheduled(WEEKS, time_limit=60), sandbox))
    assert (call.status, call.started_at) == ("scheduled", None)
    assert due_in(call) == pytest.approx((WEEKS - LEAD).total_seconds(), abs=10)
    settings.EMPTY_ROOM_GRACE = 0
    call = check(left(call, sandbox))
    assert (call.status, call.empty_since) == ("scheduled", None)


def test_a_scheduled_call_is_checked_when_participants_may_join(open_scheduled):
    assert due_in(open_scheduled(WEEKS)) == pytest.approx((WEEKS - LEAD).total_seconds(), abs=10)
    assert due_in(open_scheduled(SOON)) > SOON.total_seconds()


def test_a_participant_makes_the_call_live_without_any_event(open_scheduled, sandbox):
    call = check(shifted(joined(open_scheduled(WEEKS, time_limit=60), sandbox), WEEKS - SOON))
    assert (call.status, bool(call.started_at)) == ("live", True)
    assert due_in(call) == pytest.approx(SOON.total_seconds() + 60, abs=10), "its limit, from its time on"
    assert not check(call).is_over
    assert check(shifted(call, SOON + timedelta(seconds=61))).end_code == "time_limit"


def test_a_room_left_early_ends_its_call_a_grace_after_its_time(open_scheduled, sandbox, settings):
    call = check(joined(open_scheduled(SOON), sandbox))
    Call.objects.filter(pk=left(call, sandbox).pk).update(empty_since=Now() - timedelta(hours=1))
    call = check(call)
    assert (call.status, call.is_over) == ("live", False)
    assert due_in(call) == pytest.approx(SOON.total_seconds() + settings.EMPTY_ROOM_GRACE, abs=10)
    passed = SOON + timedelta(seconds=settings.EMPTY_ROOM_GRACE + 1)
    assert check(shifted(call, passed)).end_code == "participants_left"


def test_a_call_started_long_before_its_time_ends_like_any_other(open_scheduled, sandbox, settings):
    call = open_scheduled(WEEKS)
    start(call.pk, account_id=call.account_id, actor="test")
    call = check(joined(call, sandbox))
    assert due_in(call) <= settings.CALL_STALE_AFTER
    Call.objects.filter(pk=left(call, sandbox).pk).update(empty_since=Now() - timedelta(hours=1))
    assert check(call).end_code == "participants_left"


def test_leaving_before_the_start_leaves_no_grace(open_scheduled, sandbox, settings):
    settings.EMPTY_ROOM_GRACE = 0
    call = check(left(joined(open_scheduled(WEEKS), sandbox), sandbox))
    start(call.pk, account_id=call.account_id, actor="test")
    call = check(call)
    assert (call.status, call.empty_since) == ("live", None)


def test_a_call_that_never_started_is_stale_a_day_after_its_time(open_scheduled):
    call = check(shifted(open_scheduled(SOON), SOON + timedelta(hours=23)))
    assert not call.is_over
    assert check(shifted(call, timedelta(hours=1))).end_code == "stale"


@pytest.mark.parametrize("open_scheduled", ["livekit"], indirect=True)
def test_a_room_that_closed_early_is_opened_again_in_time(open_scheduled, sandbox):
    call = open_scheduled(WEEKS)
    sandbox.trigger(call.provider_call_id, "closed")
    assert check(call).status == "scheduled"
    assert call.provider_call_id not in sandbox.live()["livekit"]
    call = check(shifted(call, WEEKS - SOON))
    assert call.provider_call_id in sandbox.live()["livekit"]
    call = check(joined(call, sandbox))
    sandbox.trigger(call.provider_call_id, "closed")
    assert (check(call).status, call.provider_call_id in sandbox.live()["livekit"]) == ("live", True)
    sandbox.trigger(call.provider_call_id, "closed")
    assert check(shifted(call, SOON + timedelta(hours=1))).is_over


NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def call_at(**fields):
    """A live video call that started NOW, not saved."""
    made = {"status": "live", "started_at": NOW, "created_at": NOW, "channel": "video"}
    return Call(**(made | fields))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, NOW + 60 * MINUTE),
        ({"join_limit": 120}, NOW + 2 * MINUTE),
        ({"join_limit": 0}, None),
        ({"joined_at": NOW}, None),
        ({"channel": "phone"}, None),
        ({"join_limit": 120, "scheduled_at": NOW + 10 * MINUTE}, NOW + 12 * MINUTE),
        ({"time_limit": 60}, NOW + MINUTE),
        ({"empty_since": NOW}, NOW + 2 * MINUTE),
        ({"empty_since": NOW, "time_limit": 60}, NOW + MINUTE),
        ({"time_limit": 60, "scheduled_at": NOW + 10 * MINUTE}, NOW + 11 * MINUTE),
        ({"time_limit": 60, "scheduled_at": NOW + 20 * MINUTE}, NOW + MINUTE),
        ({"empty_since": NOW, "scheduled_at": NOW + 10 * MINUTE}, NOW + 12 * MINUTE),
        ({"status": "scheduled", "started_at": None, "time_limit": 60}, None),
        ({"status": "scheduled", "started_at": None, "scheduled_at": NOW + 60 * MINUTE}, NOW + 45 * MINUTE),
        ({"status": "scheduled", "started_at": None, "scheduled_at": NOW + 10 * MINUTE}, None),
    ],
)
def test_the_deadline_is_the_earliest_of_limit_grace_and_opening(settings, fields, expected):
    settings.EMPTY_ROOM_GRACE = 120
    assert deadline(call_at(**fields), NOW) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, 15 * MINUTE),
        ({"time_limit": 60}, MINUTE),
        ({"status": "scheduled", "scheduled_at": NOW + 10 * MINUTE, "started_at": None}, 25 * MINUTE),
        ({"provider_status": "dialling", "status": "scheduled", "started_at": None}, MINUTE / 6),
    ],
)
def test_without_a_deadline_a_call_is_checked_when_it_may_be_stale(settings, fields, expected):
    settings.CALL_STALE_AFTER = 900
    assert first_check(call_at(**fields), NOW) - NOW == expected


def test_the_gauge_of_overdue_calls_counts_as_the_time_limit_does(account):
    now = timezone.now()
    started = [None, *(now + n * MINUTE for n in (-40, -20, -10, -2, 0))]
    scheduled = [None, *(now + n * MINUTE for n in (-30, -20, -10, 4, 5, 6, 20))]
    for started_at, scheduled_at, limit in product(started, scheduled, (None, 0, 60, 900)):
        video_call(account, started_at=started_at, scheduled_at=scheduled_at, time_limit=limit)
    calls = list(Call.objects.annotate(limit_in_sql=LIMIT_ENDS_AT))
    limited = [call for call in calls if call.time_limit]
    assert [limit_ends_at(call) for call in limited] == [call.limit_in_sql for call in limited]
    past = {call.pk for call in limited if (limit_ends_at(call) or now) < now - OVERDUE_AFTER}
    assert 0 < len(past) < len(limited)
    assert {call.pk for call in overdue()} == past
