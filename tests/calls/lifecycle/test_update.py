"""PATCH /v1/live/calls/{id}: what may be changed in which state, and the update of the provider's room."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.lifecycle.end import end
from calls.lifecycle.update import annotate_call, merge_patch
from calls.models import Activity, Call, CallMonitor

TOMORROW = (timezone.now() + timedelta(days=1)).isoformat()
NEXT_WEEK = timezone.now() + timedelta(days=7)


def change(api, call, **body):
    return api("PATCH", f"/v1/live/calls/{call.pk}", body)


def test_a_new_title_and_time_are_stored_and_sent_to_the_provider(api, line, sandbox):
    call = line.open(scheduled_at=timezone.now() + timedelta(days=1))
    answer = change(api, call, title="Renamed", scheduled_at=NEXT_WEEK.isoformat())
    assert (answer.status_code, answer.json()["title"]) == (200, "Renamed")
    call.refresh_from_db()
    assert call.scheduled_at == NEXT_WEEK
    room = sandbox.room("default", call.provider_call_id)
    assert room["custom"]["title"] == "Renamed"
    assert room["starts_at"]


@pytest.mark.parametrize("body", [{"title": "Renamed"}, {"scheduled_at": NEXT_WEEK.isoformat()}])
def test_a_change_of_title_or_time_sets_no_limit_at_the_provider(api, line, sandbox, body):
    call = line.open(scheduled_at=timezone.now() + timedelta(days=1))
    before = sandbox.room("default", call.provider_call_id)["settings"]
    assert change(api, call, **body).status_code == 200
    assert sandbox.room("default", call.provider_call_id)["settings"] == before
    assert "max_duration_seconds" not in str(before)


def test_absent_fields_stay_and_the_actor_is_recorded(api, line):
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


def test_a_limit_applies_at_once_and_null_is_the_accounts_default(api, line):
    line.account.call_time_limit = 900
    line.account.save()
    call = line.open()
    change(api, call, time_limit=60)
    assert (CallMonitor.objects.get(call=call).due_at - timezone.now()).total_seconds() <= 60
    change(api, call, time_limit=None)
    call.refresh_from_db()
    assert call.time_limit == 900


def test_a_provider_that_is_down_is_recorded_in_the_timeline(api, line, sandbox):
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


def test_the_time_of_a_call_that_has_begun_cannot_be_changed(api, line):
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
def test_the_same_limits_apply_to_creation(api, line, wrong):
    answer = api("POST", "/v1/live/calls", {"host_user_id": "h", "title": "t"} | wrong)
    assert (answer.status_code, next(iter(wrong)) in answer.json()["message"]) == (400, True)
    assert not Call.objects.filter(account=line.account).exists()


def test_merge_patch_follows_rfc_7396():
    target = {"a": "b", "c": {"d": "e", "f": "g"}, "h": [1]}
    patch = {"a": "z", "c": {"f": None}, "h": [2], "n": {"x": None, "y": 1}}
    assert merge_patch(target, patch) == {"a": "z", "c": {"d": "e"}, "h": [2], "n": {"y": 1}}


def test_annotations_of_an_ended_call_are_recorded(line):
    call = line.open()
    end(call.pk, account_id=line.account.pk, actor="test")
    changes = {"notes": "called back", "rating": 4}
    annotate_call(call.pk, account_id=line.account.pk, actor="staff:ann", changes=changes)
    activity = Activity.objects.get(call=call)
    assert (activity.verb, activity.detail, activity.actor) == ("noted", "notes, rating", "staff:ann")
