"""Ending a session."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Step
from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Mail, SessionDuty
from tests.sessions_app.factories import key_caller, registration, session


def test_its_call_ends_in_the_same_transaction(account, rooms):
    row = start_session(session(account).pk, key_caller(account))
    registration(row)
    ended = end_session(row.pk, key_caller(account), "All said.")
    call = Call.objects.get(pk=row.call_id)
    assert (ended.status, call.status, call.end_code) == ("ended", "ended", "session_ended")
    assert (call.disconnect_reason, call.ended_by) == ("All said.", "key:test")
    assert Step.objects.filter(call=call, kind="terminate").exists()
    assert not Mail.objects.exists(), "nobody is told of an end as of a cancellation"


def test_what_follows_is_the_follow_up(account, rooms):
    row = start_session(session(account).pk, key_caller(account))
    end_session(row.pk, key_caller(account))
    due = SessionDuty.objects.exclude(kind="follow_call").get()
    assert due.kind == "follow_up" and due.due_at > timezone.now() + timedelta(minutes=1)


def test_a_repeat_changes_nothing(account, rooms):
    row = start_session(session(account).pk, key_caller(account))
    first = end_session(row.pk, key_caller(account), "One.")
    second = end_session(row.pk, key_caller(account), "Two.")
    assert (second.end_reason, second.updated_at) == ("One.", first.updated_at)


def test_one_that_has_not_begun_is_cancelled_instead(account):
    with pytest.raises(SessionStateError, match="cancelled, not ended"):
        end_session(session(account).pk, key_caller(account))
