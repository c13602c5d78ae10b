"""/v1/calls/{id}/timeline: one story in order, with who and when."""

import pytest

from calls.again import run_again
from calls.models import RecordingCheck, Step
from calls.recordings.due import look_for
from liveplatform.work.drain import drain

TURNS = [{"role": "customer", "text": "hello"}]


def story(api, call):
    answer = api("GET", f"/v1/calls/{call['id'] if isinstance(call, dict) else call.pk}/timeline")
    assert answer.status_code == 200
    return answer.json()["timeline"]


@pytest.mark.django_db(transaction=True)  # every request at its own time
def test_it_tells_who_did_what_in_order(api, line, sandbox):
    call = api("POST", "/v1/live/calls", {"host_user_id": "h", "title": "t"}).json()
    api("PATCH", f"/v1/live/calls/{call['id']}", {"title": "u"})
    api("PUT", f"/v1/calls/{call['id']}/transcript", {"turns": TURNS})
    api("POST", f"/v1/live/calls/{call['id']}/end")
    drain(Step)
    drain(Step)  # notify comes after the others
    api("PATCH", f"/v1/calls/{call['id']}/record", {"rating": 5})
    told = [(e["what"], e["name"], e["by"]) for e in story(api, call)]
    me = f"key:{api.key.public_id}"
    asked = [line for line in told if line[0] == "request"]
    assert asked == [
        ("request", "created", me),
        ("request", "changed", me),
        ("request", "transcript put", me),
        ("request", "end requested", me),
        ("request", "noted", me),
    ]
    assert ("call", "ended", me) in told
    assert ("provider", "end confirmed", "provider:getstream") in told
    assert ("event", "call.ended", "") in told
    assert told.index(("call", "ended", me)) < told.index(("event", "call.processed", ""))


def test_a_step_run_again_by_staff_is_told_with_every_attempt(api, line):
    call = line.dial()
    api("POST", f"/v1/calls/{call.pk}/end", {})
    drain(Step)
    run_again(Step.objects.get(call=call, kind="terminate"), "staff:anna")
    drain(Step)
    told = story(api, call)
    assert [e["detail"] for e in told if e["by"] == "staff:anna"] == ["terminate, which was done"]
    assert len([e for e in told if (e["what"], e["name"]) == ("step", "terminate")]) == 2


def test_recordings_are_told(api, line, sandbox):
    call = line.open()
    sandbox.record(call.provider_call_id)
    look_for([call.pk])
    drain(RecordingCheck)
    assert ("recording ready", "provider:getstream") in [(e["name"], e["by"]) for e in story(api, call)]


def test_its_queries_do_not_grow_with_the_story(api, line, django_assert_max_num_queries):
    call = line.dial()
    for n in range(12):
        api("PATCH", f"/v1/calls/{call.pk}/record", {"notes": f"note {n}"})
    with django_assert_max_num_queries(10):
        story(api, call)
