"""A session goes with its call, through whatever door the change of the call came."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.lifecycle.start import start
from calls.models import Call
from sessions_app.lifecycle.call import ensure_call
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Mail, SessionDuty
from tests.sessions_app.factories import key_caller, registration, session
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


def followed(row):
    drain(SessionDuty)
    row.refresh_from_db()
    assert not SessionDuty.objects.filter(kind="follow_call").exists()
    return row


def test_a_call_that_ends_by_itself_ends_its_session(account, rooms):
    row = start_session(session(account).pk, key_caller(account))
    end(row.call_id, account_id=account.pk, reason="All left.", actor="provider:getstream")
    call = Call.objects.get(pk=row.call_id)
    row = followed(row)
    assert (row.status, row.ended_at, row.end_reason) == ("ended", call.ended_at, "All left.")


def test_a_call_that_goes_live_takes_its_session_live(account, rooms):
    row = session(account)
    call = start(ensure_call(row).pk, account_id=account.pk, actor="test")
    row = followed(row)
    assert (row.status, row.started_at) == ("live", call.started_at)


def test_a_life_that_was_over_before_it_was_followed_is_told_whole(account, rooms):
    row = session(account)
    call = start(ensure_call(row).pk, account_id=account.pk, actor="test")
    end(call.pk, account_id=account.pk, actor="test")
    row = followed(row)
    assert (row.status, row.started_at, row.event_sequence) == ("ended", call.started_at, 2)


def test_a_recording_is_taken_over_and_told_once(account, rooms):
    row = start_session(session(account).pk, key_caller(account))
    for url in ("https://r.example.com/1", "https://r.example.com/2"):
        Call.objects.filter(pk=row.call_id).update(recording_url=url, recording_ready_at=timezone.now())
        row = followed(row)
        assert row.recording_url == url
    assert row.event_sequence == 2, "started, recording.ready"


def test_a_room_that_is_lost_before_its_time_is_made_anew(account, rooms):
    row = session(account)
    first = ensure_call(row)
    end(first.pk, account_id=account.pk, actor="test")
    row = followed(row)
    assert (row.status, row.call_id) == ("scheduled", None)
    assert start_session(row.pk, key_caller(account)).call_id != first.pk


def test_a_room_that_is_lost_after_its_time_cancels_its_session(account, rooms):
    row = session(account, scheduled_at=timezone.now() - timedelta(minutes=1))
    registration(row)
    end(ensure_call(row).pk, account_id=account.pk, actor="test")
    assert followed(row).status == "cancelled"
    assert Mail.objects.get().kind == "cancelled"
