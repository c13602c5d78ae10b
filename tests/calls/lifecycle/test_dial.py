"""POST /calls/make-call when the provider fails: the error code, what may be repeated, what is cleaned up."""

import pytest

from calls.models import Call, CallMonitor, Step
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


def test_an_echo_room_whose_answer_was_lost_is_deleted(api, line, sandbox):
    sandbox.add_fault("open_room", "act_then_reset")
    assert dial(api, echo_room=True).status_code == 400
    call = Call.objects.get(account=line.account)
    assert (call.status, call.ended_by) == ("ended", "provider:getstream")
    drain(Step)
    assert Step.objects.get(call=call, kind="clean_up").state == "done"
    assert sandbox.effects("delete_room", call.room_id) == 1


def test_an_echo_room_without_a_connection_leaves_no_call(api, line):
    line.video.delete()
    assert dial(api, echo_room=True).status_code == 400
    assert not Call.objects.filter(account=line.account).exists()
