"""Starting a session: its call is made once, and goes live."""

from time import sleep

import pytest

from calls.models import Call
from liveplatform.webhooks.models import Event
from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.cancel import cancel_session, delete_session
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Session, SessionDuty
from tests.sessions_app.factories import key_caller, session
from tests.support.concurrency import at_once
from tests.support.draining import drain


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["500", "act_then_reset"])
@pytest.mark.parametrize("operation", ["open_room", "get_room"])
def test_a_provider_that_fails_leaves_it_as_it_was(api, account, rooms, sandbox, operation, fault):
    """Then a repeat makes it good, with one room and one event."""
    made = session(account)
    sandbox.add_fault(operation, fault, times=None)
    failed = api("POST", f"/v1/sessions/{made.pk}/start")
    assert failed.status_code == 502 and failed.json().keys() == {"error", "message"}, failed.content
    made.refresh_from_db()
    assert (made.status, made.started_at) == ("scheduled", None)

    sandbox.reset()
    assert api("POST", f"/v1/sessions/{made.pk}/start").json()["status"] == "live"
    drain(SessionDuty)
    made.refresh_from_db()
    assert Call.objects.filter(metadata__session_id=str(made.pk)).count() == 1
    assert Event.objects.filter(subject_id=made.pk, type="session.started").count() == 1


def test_without_a_provider_it_is_503(api, account):
    answer = api("POST", f"/v1/sessions/{session(account).pk}/start")
    assert answer.status_code == 503 and answer.json().keys() == {"error", "message"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("meanwhile", [cancel_session, delete_session])
def test_a_late_answer_starts_no_session_that_is_gone(api, account, rooms, sandbox, meanwhile):
    made = session(account)
    sandbox.add_fault("open_room", "delay", delay_ms=800)

    def act(number):
        if number:
            sleep(0.3)
            return meanwhile(made.pk, key_caller(account))
        return api("POST", f"/v1/sessions/{made.pk}/start").status_code

    assert at_once(2, act)[0] in (404, 412)
    assert not Call.objects.filter(metadata__session_id=str(made.pk), ended_at=None).exists()
    assert not Event.objects.filter(subject_id=made.pk, type="session.started").exists()
