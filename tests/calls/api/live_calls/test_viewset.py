"""`/v1/live/calls`: answers have the shape of the vendor's page, errors too, and what may be sent is checked."""

import json
from pathlib import Path

import jsonschema
import pytest

from calls.models import Call
from tests.support import seeds
from tests.support.factories import phone_call, video_call

# The JSON schemas of the vendor's page on ending a call, by status.
SCHEMAS: dict[str, dict] = json.loads((Path(seeds.__file__).parent / "live_call_end.json").read_text())
UNKNOWN = "550e8400-e29b-41d4-a716-446655440000"


def matches(status: str, body: dict) -> None:
    jsonschema.validate(body, SCHEMAS[status], format_checker=jsonschema.FormatChecker())


def test_an_ended_call_has_the_shape_of_the_vendors_page(api):
    call = video_call(api.account)
    answer = api("POST", f"/v1/live/calls/{call.pk}/end")
    assert answer.status_code == 200
    matches("200", answer.json())
    assert answer.json()["status"] == "ended"
    assert set(answer.json()) == set(SCHEMAS["200"]["properties"])


def test_ending_an_ended_call_answers_the_same(api):
    call = video_call(api.account)
    first, second = (api("POST", f"/v1/live/calls/{call.pk}/end") for _ in range(2))
    assert (second.status_code, second.json()) == (200, first.json())


def test_an_unknown_call_is_404(api):
    answer = api("POST", f"/v1/live/calls/{UNKNOWN}/end")
    assert answer.status_code == 404
    matches("404", answer.json())


def test_a_provider_that_fails_is_502(api, line, sandbox):
    call = line.open()
    sandbox.add_fault("end_room", "500", times=3)
    answer = api("POST", f"/v1/live/calls/{call.pk}/end")
    assert answer.status_code == 502, answer.content
    matches("502", answer.json())


def test_without_a_connection_an_end_is_503(api):
    call = video_call(api.account, provider_call_id="room")
    answer = api("POST", f"/v1/live/calls/{call.pk}/end")
    assert answer.status_code == 503
    matches("503", answer.json())


def test_list_and_get_have_the_shape_of_the_vendors_page(api):
    call = video_call(api.account)
    listed = api("GET", "/v1/live/calls").json()
    assert [c["id"] for c in listed["calls"]] == [str(call.pk)]
    matches("200", listed["calls"][0])
    got = api("GET", f"/v1/live/calls/{call.pk}").json()
    matches("200", got)
    assert got["live"] is None
    assert {name: got[name] for name in listed["calls"][0]} == listed["calls"][0]


def test_a_new_call_is_live_or_scheduled_by_whether_it_has_a_time(api, line):
    body = {"host_user_id": "ann", "title": "Weekly"}
    live = api("POST", "/v1/live/calls", body)
    planned = api("POST", "/v1/live/calls", body | {"scheduled_at": "2030-01-01T12:00:00Z"})
    assert (live.status_code, planned.status_code) == (201, 201)
    matches("200", live.json())
    matches("200", planned.json())
    assert (live.json()["status"], planned.json()["status"]) == ("live", "scheduled")
    assert planned.json()["scheduled_at"] == "2030-01-01T12:00:00Z"


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"host_user_id": ""}, "host_user_id"),
        ({"title": None}, "title"),
        ({"title": "x" * 501}, "500 characters"),
        ({"scheduled_at": "soon"}, "scheduled_at"),
        ({"time_limit": 0}, "time_limit"),
        ({"provider": "twilio"}, "provider"),
        ({"metadata": []}, "JSON object"),
    ],
)
def test_a_bad_body_is_400_and_leaves_no_call(api, line, change, culprit):
    answer = api("POST", "/v1/live/calls", {"host_user_id": "h", "title": "t"} | change)
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert culprit in answer.json()["message"]
    assert not Call.objects.filter(account=api.account).exists()


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("PATCH", ""), ("POST", "/end"), ("POST", "/start"), ("POST", "/token")]
)
def test_a_phone_call_is_not_of_this_surface(api, method, path):
    call = phone_call(api.account)
    body = {"user_id": "u"} if path == "/token" else None if method == "GET" else {}
    answer = api(method, f"/v1/live/calls/{call.pk}{path}", body)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
