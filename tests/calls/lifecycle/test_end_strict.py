"""Ending with the provider's confirmation: POST /v1/live/calls/{id}/end."""

import pytest

from calls.exceptions import CallNotFound
from calls.lifecycle.end import end
from calls.lifecycle.end_strict import end_strictly
from calls.models import Call, Step
from providers.errors import NotConfigured, Unavailable
from tests.support.concurrency import at_once
from tests.support.draining import drain
from tests.support.factories import video_call


def strictly(call: Call, **fields) -> Call:
    return end_strictly(call.pk, account_id=call.account_id, actor="key:1", **fields)


def test_the_call_is_over_at_the_provider_and_here(line, sandbox):
    call = strictly(line.open(), reason="enough")
    assert (call.status, call.disconnect_reason, call.ended_by) == ("ended", "enough", "key:1")
    assert call.provider_state == "ended"
    assert sandbox.effects("end_room", call.provider_call_id) == 1
    assert Step.objects.get(call=call, kind="terminate").state == "done"


def test_a_second_end_changes_nothing(line, sandbox):
    first = strictly(line.open())
    again = strictly(first, reason="other")
    assert (again.ended_at, again.disconnect_reason) == (first.ended_at, first.disconnect_reason)
    assert sandbox.effects("end_room", first.provider_call_id) == 1


def test_while_the_provider_fails_the_request_is_kept_with_its_reason(line, sandbox):
    call = line.open()
    sandbox.add_fault("end_room", "500", times=3)
    with pytest.raises(Unavailable):
        strictly(call, reason="first")
    call.refresh_from_db()
    assert (call.status, call.disconnect_reason) == ("live", "first")
    assert call.end_requested_at is not None
    sandbox.reset()
    assert strictly(call, reason="second").disconnect_reason == "first"


def test_a_worker_completes_a_request_that_failed(line, sandbox):
    call = line.open()
    sandbox.add_fault("end_room", "500", times=3)
    with pytest.raises(Unavailable):
        strictly(call)
    sandbox.reset()
    Step.objects.filter(call=call).update(due_at=call.created_at)
    drain(Step)
    call.refresh_from_db()
    assert (call.status, call.ended_by) == ("ended", "key:1")


def test_a_call_that_was_given_up_is_errored_and_can_still_be_ended(line, sandbox):
    call = line.open()
    sandbox.add_fault("end_room", "400", times=9)
    with pytest.raises(Unavailable):
        strictly(call)
    assert Call.objects.get(pk=call.pk).status == "errored"
    sandbox.reset()
    assert strictly(call).status == "ended"


def test_a_call_that_the_provider_does_not_have_ends_here(account):
    assert strictly(video_call(account)).status == "ended"


def test_a_call_without_a_connection_cannot_be_confirmed(account):
    with pytest.raises(NotConfigured):
        strictly(video_call(account, provider_call_id="r"))


def test_only_calls_of_the_channel_are_found(line):
    with pytest.raises(CallNotFound):
        strictly(line.dial(), channel=Call.Channel.VIDEO)


def test_an_ended_call_is_returned(line):
    call = line.open()
    end(call.pk, account_id=line.account.pk, actor="first")
    assert strictly(call).ended_by == "first"


@pytest.mark.django_db(transaction=True)
def test_concurrent_requests_end_the_room_once(line, sandbox):
    call = line.open()
    answers = at_once(4, lambda _: strictly(call))
    assert {answer.status for answer in answers} == {"ended"}
    assert sandbox.effects("end_room", call.provider_call_id) == 1
