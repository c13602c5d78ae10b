"""Tasks triggered by name: a sentence for everything that can be given, and no traceback."""

from uuid import uuid4

import pytest

from calls import tasks
from calls.lifecycle.end import end
from calls.models import Call, Step
from liveplatform.work import tasks as work_tasks
from tests.support.factories import phone_call

NOT_IDS = ["nope", "", 1, None, "١" * 32, ["x"], "x" * 5000]


@pytest.mark.parametrize("given", NOT_IDS)
@pytest.mark.parametrize("task", [tasks.end_call, tasks.run_step, tasks.reanalyse])
def test_what_is_no_id_is_said_to_be_none(db, task, given):
    said = task(given)
    assert "is no UUID; give the id of a" in said
    assert len(said) < 200


@pytest.mark.parametrize("task", [tasks.end_call, tasks.run_step, tasks.reanalyse])
def test_an_id_of_nothing_is_said_to_be_unknown(db, task):
    nobody = str(uuid4())
    assert f"{nobody}: there is no such" in task(nobody)


@pytest.mark.parametrize("given", ["nope", None, 7])
def test_an_unknown_queue_is_said_with_those_there_are(db, given):
    for said in (work_tasks.drain(given), work_tasks.run(given, str(uuid4()))):
        assert said.startswith(f"There is no queue {given!r}; there are ")
        assert "steps" in said and "webhooks" in said


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), (("a", "b", "c"), {}), ((), {"id": "x"})])
def test_arguments_that_a_task_does_not_take_are_said(db, args, kwargs):
    assert tasks.end_call(*args, **kwargs).startswith("calls.end takes (call_id, reason): ")


@pytest.mark.parametrize("reason", ["x" * 501, "a\0b", 7])
def test_a_reason_that_cannot_be_kept_ends_nothing(account, reason):
    call = phone_call(account)
    assert "500 characters" in tasks.end_call(str(call.pk), reason)
    assert Call.objects.filter(pk=call.pk, ended_at=None).exists()


def test_a_call_is_ended_and_its_step_run_again_by_name(account):
    call = phone_call(account, provider_call_id="")
    assert "ended at" in tasks.end_call(str(call.pk), reason="by hand")
    assert "had ended at" in tasks.end_call(call_id=str(call.pk))
    step = Step.objects.get(call=call, kind="clean_up")
    Step.objects.filter(pk=step.pk).update(state="done", due_at=None)
    assert "it runs again now" in tasks.run_step(str(step.pk))


def test_the_api_shows_the_ids_of_steps(api):
    call = phone_call(api.account, provider_call_id="")
    end(call.pk, account_id=api.account.pk, actor="test")
    shown = api("GET", f"/v1/calls/{call.pk}/steps").json()["steps"]
    assert {step["id"] for step in shown} == {str(step.pk) for step in Step.objects.filter(call=call)}
