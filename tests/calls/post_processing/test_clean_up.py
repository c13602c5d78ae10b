"""Step clean_up: the helper room of a call is deleted."""

from calls.lifecycle.end import end
from calls.models import Call, Step
from calls.post_processing import clean_up
from providers.errors import NotConfigured
from tests.support.draining import drain
from tests.support.factories import phone_call


def cleaned_up(call: Call) -> Step:
    end(call.pk, account_id=call.account_id, actor="test")
    drain(Step)
    return Step.objects.get(call=call, kind="clean_up")


def test_the_echo_room_is_deleted(line, sandbox):
    call = line.dial_with_room()
    step = cleaned_up(call)
    assert (step.state, step.result) == ("done", {"room": "deleted"})
    assert sandbox.effects("delete_room", f"echo-{call.pk}") == 1


def test_a_room_that_is_gone_is_deleted(line, sandbox):
    call = line.dial_with_room()
    line.provider(Call(connection=line.video)).delete_room("default", call.room_id)
    assert cleaned_up(call).state == "done"


def test_a_video_calls_own_room_is_kept(line, sandbox):
    call = line.open()
    assert cleaned_up(call).state == "skipped"
    assert sandbox.effects("delete_room", call.provider_call_id) == 0


def test_without_a_connection_it_is_retried(account):
    call = phone_call(account, room_id="echo-1")
    outcome = clean_up.attempt(Step(call=call, kind="clean_up"), NotConfigured("gone"))()
    assert outcome.detail["code"] == "not_configured"


def test_a_failed_deletion_stops_nothing(line, sandbox):
    call = line.dial_with_room()
    sandbox.add_fault("delete_room", "400", resource=call.room_id, times=None)
    assert cleaned_up(call).state == "failed"
    others = Step.objects.filter(call=call).exclude(kind="clean_up")
    assert dict(others.values_list("kind", "state"))["terminate"] == "done"
