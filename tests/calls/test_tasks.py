"""Tasks that operators trigger by name with a call's id: a sentence for every input, and no traceback."""

from uuid import uuid4

import pytest

from calls import tasks
from calls.lifecycle.end import end
from calls.models import Call, Step
from liveplatform.webhooks.models import Event
from tests.support.factories import phone_call

STEP_TASKS = [
    tasks.terminate_provider_call,
    tasks.clean_up_room,
    tasks.analyse_call,
    tasks.send_webhooks,
]
CALL_TASKS = [tasks.end_call, *STEP_TASKS]


@pytest.fixture
def over(account) -> Call:
    call = phone_call(account, provider_call_id="")
    end(call.pk, account_id=account.pk, actor="test")
    return call


@pytest.mark.parametrize("value", ["nope", "", 1, None, "١" * 32, ["x"], "x" * 5000])
@pytest.mark.parametrize("task", CALL_TASKS)
def test_an_invalid_id_is_refused(db, task, value):
    answer = task(value)
    assert "is no UUID; give the id of a call" in answer
    assert len(answer) < 200


@pytest.mark.parametrize("task", CALL_TASKS)
def test_an_unknown_id_is_refused(db, task):
    unknown = str(uuid4())
    assert f"{unknown}: there is no such call" in task(unknown)


@pytest.mark.parametrize("task", STEP_TASKS)
def test_a_call_that_has_not_ended_is_refused(account, task):
    assert "has not ended" in task(str(phone_call(account).pk))


def test_a_call_is_ended_once(account):
    call = phone_call(account, provider_call_id="")
    assert "ended at" in tasks.end_call(str(call.pk), reason="by hand")
    assert "had ended at" in tasks.end_call(call_id=str(call.pk))
    assert Call.objects.get(pk=call.pk).disconnect_reason == "by hand"


def test_an_end_without_a_reason_names_the_task(account):
    call = phone_call(account, provider_call_id="")
    tasks.end_call(str(call.pk))
    call.refresh_from_db()
    assert (call.disconnect_reason, call.ended_by) == ("Ended by a task", "task")


@pytest.mark.parametrize("reason", ["x" * 501, "a\0b", 7])
def test_a_reason_that_cannot_be_stored_ends_nothing(account, reason):
    call = phone_call(account)
    assert "500 characters" in tasks.end_call(str(call.pk), reason)
    assert Call.objects.filter(pk=call.pk, ended_at=None).exists()


@pytest.mark.parametrize(("args", "kwargs"), [((), {}), (("a", "b", "c"), {}), ((), {"id": "x"})])
def test_unexpected_arguments_are_refused(db, args, kwargs):
    assert tasks.end_call(*args, **kwargs).startswith("calls.end takes (call_id, reason): ")


@pytest.mark.parametrize(
    ("task", "outcome"),
    [
        (tasks.terminate_provider_call, "skipped: Nothing runs at a provider."),
        (tasks.clean_up_room, "skipped: The call has no streams."),
        (tasks.analyse_call, "skipped: No transcript arrived in time"),
    ],
)
def test_a_step_runs_now_and_again(over, task, outcome):
    assert outcome in task(str(over.pk))
    assert outcome in task(str(over.pk))


def test_webhooks_are_sent_when_the_others_are_through(over):
    assert "waits until the other steps" in tasks.send_webhooks(str(over.pk))
    tasks.analyse_call(str(over.pk))
    assert "notify done" in tasks.send_webhooks(str(over.pk))
    assert Event.objects.filter(subject_id=over.pk, type="call.processed").count() == 1


def test_a_step_that_a_worker_has_is_left_alone(over):
    Step.objects.filter(call=over, kind="clean_up").update(state="running", due_at="2999-01-01T00:00:00Z")
    assert "a worker has it until" in tasks.clean_up_room(str(over.pk))


def test_the_api_shows_the_ids_of_steps(api):
    call = phone_call(api.account, provider_call_id="")
    end(call.pk, account_id=api.account.pk, actor="test")
    shown = api("GET", f"/v1/calls/{call.pk}/steps").json()["steps"]
    assert {step["id"] for step in shown} == {str(step.pk) for step in Step.objects.filter(call=call)}
