"""PATCH /v1/live/calls/{id}: what may be changed while, and how the provider learns of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.models import Activity, Call, CallMonitor

TOMORROW = (timezone.now() + timedelta(days=1)).isoformat()
NEXT_WEEK = timezone.now() + timedelta(days=7)


def change(api, call, **body):
    return api("PATCH", f"/v1/live/calls/{call.pk}", body)


def test_a_new_title_and_time_are_on_record_and_at_the_provider(api, line, sandbox):
    call = line.open(scheduled_at=timezone.now() + timedelta(days=1))
    answer = change(api, call, title="Renamed", scheduled_at=NEXT_WEEK.isoformat(), shoe_size=46)
    assert (answer.status_code, answer.json()["title"]) == (200, "Renamed")
    call.refresh_from_db()
    assert call.scheduled_at == NEXT_WEEK
    room = sandbox.room("default", call.provider_call_id)
    assert room["custom"]["title"] == "Renamed"
    assert room["starts_at"]


def test_what_the_body_lacks_stays_and_who_did_it_is_written(api, line):
    call = line.open(metadata={"a": 1})
    assert change(api, call, title="Renamed").status_code == 200
    assert change(api, call, title="Renamed").status_code == 200
    call.refresh_from_db()
    assert (call.title, call.metadata, call.host_user_id) == ("Renamed", {"a": 1}, "h")
    act = Activity.objects.get(call=call)
    assert (act.verb, act.detail, act.actor) == ("changed", "title", f"key:{api.key.public_id}")


def test_metadata_is_merged(api, line):
    call = line.open(metadata={"a": 1, "b": {"c": 2, "d": 3}, "e": [1]})
    change(api, call, metadata={"a": None, "b": {"c": None, "x": 9}, "e": [2]})
    call.refresh_from_db()
    assert call.metadata == {"b": {"d": 3, "x": 9}, "e": [2]}


def test_a_limit_is_minded_at_once_and_null_is_the_accounts_own(api, line):
    line.account.call_time_limit = 900
    line.account.save()
    call = line.open()
    change(api, call, time_limit=60)
    assert (CallMonitor.objects.get(call=call).due_at - timezone.now()).total_seconds() <= 60
    change(api, call, time_limit=None)
    call.refresh_from_db()
    assert call.time_limit == 900


def test_a_provider_that_is_down_does_not_stop_it_but_is_told_of(api, line, sandbox):
    call = line.open()
    sandbox.add_fault("change_room", "500", times=3)
    assert change(api, call, title="Renamed").status_code == 200
    assert [act.verb for act in Activity.objects.filter(call=call)] == ["changed", "provider not told"]


def test_an_ended_call_keeps_what_it_has(api, line):
    call = line.open()
    end(call.pk, account_id=line.account.pk, actor="test")
    answer = change(api, call, title="Renamed")
    assert (answer.status_code, answer.json()["error"]) == (412, "wrong_state")
    assert Call.objects.get(pk=call.pk).title == "t"


def test_the_time_of_a_call_that_has_begun_is_past(api, line):
    answer = change(api, line.open(), scheduled_at=TOMORROW)
    assert answer.status_code == 412


@pytest.mark.parametrize(
    "body",
    [
        {"title": ""},
        {"title": "x" * 501},
        {"title": None},
        {"scheduled_at": "soon"},
        {"scheduled_at": None},
        {"scheduled_at": "9999-12-31T23:59:59Z"},
        {"scheduled_at": "0001-01-01T00:00:00Z"},
        {"metadata": []},
        {"metadata": {"x": "y" * 70_000}},
        {"time_limit": 0},
        {"time_limit": 86_401},
    ],
)
def test_bad_input_names_its_field(api, line, body):
    answer = change(api, line.open(), **body)
    assert answer.status_code == 400
    assert next(iter(body)) in answer.json()["message"]


@pytest.mark.parametrize(
    "wrong", [{"scheduled_at": "9999-12-31T23:59:59Z"}, {"metadata": {"x": "y" * 70_000}}]
)
def test_what_could_not_be_changed_later_is_refused_at_once(api, line, wrong):
    answer = api("POST", "/v1/live/calls", {"host_user_id": "h", "title": "t"} | wrong)
    assert (answer.status_code, next(iter(wrong)) in answer.json()["message"]) == (400, True)
    assert not Call.objects.filter(account=line.account).exists()
