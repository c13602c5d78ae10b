"""Starting a session: its call is made once, and goes live."""

import pytest

from calls.models import Call
from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.cancel import cancel_session
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Session
from tests.sessions_app.factories import key_caller, session
from tests.support.concurrency import at_once


def test_it_goes_live_with_its_call(account, rooms, sandbox):
    made = start_session(session(account).pk, key_caller(account))
    call = Call.objects.get(pk=made.call_id)
    assert (made.status, call.status, call.is_followed) == ("live", "live", True)
    assert made.started_at == call.started_at
    assert sandbox.room("default", str(call.pk))["custom"]["title"] == made.title


def test_a_repeat_changes_nothing(account, rooms):
    first = start_session(session(account).pk, key_caller(account))
    second = start_session(first.pk, key_caller(account))
    assert (first.call_id, first.event_sequence) == (second.call_id, second.event_sequence)


def test_an_ended_session_is_not_started(account, rooms):
    made = start_session(session(account).pk, key_caller(account))
    end_session(made.pk, key_caller(account))
    assert Call.objects.get(pk=made.call_id).end_code == "session_ended"
    with pytest.raises(SessionStateError):
        start_session(made.pk, key_caller(account))


@pytest.mark.django_db(transaction=True)
def test_concurrent_starts_make_one_room(account, rooms):
    for _ in range(3):
        made = session(account)
        at_once(4, lambda _, made=made: start_session(made.pk, key_caller(account)))
        made.refresh_from_db()
        assert made.status == "live"
        assert Call.objects.filter(metadata__session_id=str(made.pk)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_session_cancelled_during_its_start_has_no_live_call(account, rooms):
    def act(number):
        try:
            return (start_session, cancel_session)[number % 2](made.pk, key_caller(account))
        except SessionStateError as error:
            return error

    for _ in range(4):
        made = session(account)
        at_once(2, act)
        made = Session.objects.get(pk=made.pk)
        is_live = Call.objects.filter(metadata__session_id=str(made.pk), ended_at=None).exists()
        assert (made.status, is_live) in (("live", True), ("cancelled", False))
