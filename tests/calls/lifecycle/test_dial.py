"""POST /calls/make-call when the provider fails: the error code, what may be repeated, what is cleaned up."""

import pytest

from calls.models import Call, CallMonitor
from calls.monitoring.schedule import check_now
from tests.support.draining import drain
from tests.support.factories import NUMBER, TWIML

TO = "+14155550144"


def dial(api, to=TO, key=None, **more):
    headers = {"Idempotency_Key": key} if key else {}
    return api(
        "POST", "/calls/make-call", {"call_from": NUMBER, "call_to": to, "twiml": TWIML} | more, **headers
    )


def made(sandbox):
    return sandbox.ledger(operation="create_call", effects="1")


@pytest.mark.parametrize("fault", ["429", "500"])
def test_a_refused_call_may_be_repeated_under_the_same_key(api, line, sandbox, fault):
    before = len(made(sandbox))
    sandbox.add_fault("create_call", fault)
    refused = dial(api, key="one")
    assert (refused.status_code, refused.json()["status"]) == (400, "error")
    assert refused.json()["error"] in ("provider_error", "submission_unknown")
    if refused.json()["error"] == "submission_unknown":  # a 500 proves nothing: the watch finds out
        for _ in range(5):
            check_now(Call.objects.filter(account=line.account).values_list("pk", flat=True))
            drain(CallMonitor)
    again = dial(api, key="one")
    assert (again.status_code, len(made(sandbox)) - before) == (200, 1)


def test_after_a_lost_answer_the_same_key_returns_the_call_once_it_is_found(api, line, sandbox):
    before = len(made(sandbox))
    sandbox.add_fault("create_call", "act_then_reset")
    lost = dial(api, key="two")
    assert (lost.status_code, lost.json()["error"]) == (400, "submission_unknown")
    assert dial(api, key="two").json()["error"] == "submission_unknown"
    check_now(Call.objects.filter(account=line.account).values_list("pk", flat=True))
    drain(CallMonitor)
    found = dial(api, key="two")
    assert (found.status_code, len(made(sandbox)) - before) == (200, 1)
    assert found.json()["data"]["call_sid"] == made(sandbox)[-1]["resource"]


def test_bad_input_stays_bad_input(api, line):
    assert dial(api, to="soon").json()["error"] == "validation_error"


@pytest.mark.parametrize("to", ["555-0123", "5550123", "+1555012"])
def test_a_number_without_its_area_code_is_refused(api, line, to):
    answer = dial(api, to=to)
    assert (answer.status_code, "call_to" in answer.json()["message"]) == (400, True)
    assert not Call.objects.filter(account=line.account).exists()


def test_the_extension_is_stored(api, line):
    call = dial(api, to="(415) 555-0144 ext. 77").json()["data"]
    assert call["call_to"] == TO
    assert api("GET", f"/v1/calls/{call['id']}/record").json()["extension"] == "77"


def test_a_room_that_nobody_would_hear_is_asked_for_in_vain(api, line):
    answer = dial(api, echo_room=True)
    assert (answer.status_code, "echo_room" in answer.json()["message"]) == (400, True)
    assert not Call.objects.filter(account=line.account).exists()


def test_an_agent_answers_with_the_calls_variables(api, line, sandbox):
    agent = api("POST", "/v1/agents", {"name": "A", "twiml": "<Response><Say>Hi {{name}}</Say></Response>"})
    variables = [{"name": "name", "value": "Ann & Bob"}]
    more = {"twiml": "", "ai_agent_id": agent.json()["id"], "dynamic_variables": variables}
    call = dial(api, **more).json()["data"]
    assert call["ai_agent_id"] == agent.json()["id"]
    assert call["agent_dynamic_variables"] == {"name": "Ann & Bob"}
    found = api("GET", f"/calls/query?ai_agent_id={call['ai_agent_id']}").json()["data"]
    assert [each["id"] for each in found] == [call["id"]]


@pytest.mark.parametrize(
    "odd",
    [
        {"dynamic_variables": "x"},
        {"dynamic_variables": [1]},
        {"dynamic_variables": [{"name": "a"}]},
        {"dynamic_variables": [{"name": "a", "value": 1}]},
        {"dynamic_variables": [{"name": "a", "value": "\x07"}]},
        {"dynamic_variables": [{"name": "{a}", "value": "x"}]},
        {"dynamic_variables": [{"name": f"n{n}", "value": "x"} for n in range(51)]},
        {"ai_agent_id": 1},
        {"ai_agent_id": []},
    ],
)
def test_odd_agents_and_variables_are_400(api, line, odd):
    answer = dial(api, **odd)
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
