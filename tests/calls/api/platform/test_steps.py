"""/v1/calls/{id}/steps: listed with their attempts, and run again once settled."""

from uuid import uuid4

import pytest

from calls.lifecycle.end import end
from calls.models import Call
from tests.support.factories import phone_call


@pytest.fixture
def ended(account) -> Call:
    call = phone_call(account)
    end(call.pk, account_id=account.pk, actor="test")
    return call


def test_steps_are_listed_with_their_logs(api, ended):
    ended.steps.filter(kind="terminate").update(state="failed", error="Twilio: 21211", log=[{"attempt": 1}])
    steps = {step["kind"]: step for step in api("GET", f"/v1/calls/{ended.pk}/steps").json()["steps"]}
    assert set(steps) == {"terminate", "clean_up", "analyse", "notify"}
    failed = steps["terminate"]
    assert (failed["state"], failed["error"], failed["log"]) == ("failed", "Twilio: 21211", [{"attempt": 1}])
    assert steps["analyse"]["error"] is None


def test_a_settled_step_runs_again(api, ended):
    ended.steps.filter(kind="analyse").update(state="failed")
    response = api("POST", f"/v1/calls/{ended.pk}/steps/analyse/run")
    assert response.status_code == 202
    assert ended.steps.get(kind="analyse").state == "pending"


def test_an_open_step_is_a_conflict(api, ended):
    response = api("POST", f"/v1/calls/{ended.pk}/steps/analyse/run")
    assert (response.status_code, response.json()["error"]) == (409, "step_not_settled")


def test_an_unknown_step_and_an_unknown_call_are_404(api, ended):
    response = api("POST", f"/v1/calls/{ended.pk}/steps/dance/run")
    assert (response.status_code, response.json()["message"]) == (404, "The call has no step 'dance'.")
    assert api("GET", f"/v1/calls/{uuid4()}/steps").status_code == 404
