"""Ending many: asked for once, carried out chunk by chunk, watched, cancelled."""

import json
import uuid

import pytest
from django.core.management import call_command
from django.utils import timezone

from calls.bulk import run
from calls.lifecycle.end import end
from calls.models import Call, Operation, Step
from liveplatform.webhooks.models import Event
from liveplatform.work import sql
from liveplatform.work.outcomes import succeeded
from liveplatform.work.settle import Attempt, settle
from tests.support.draining import drain, queue_of
from tests.support.factories import phone_call, video_call


@pytest.fixture
def live(account):
    return [phone_call(account, is_test=n < 2, provider_call_id="") for n in range(5)]


def asked(api, body, **headers):
    return api("POST", "/v1/calls/bulk-end", body, **headers)


def watched(api, answer):
    """The operation once the workers have been there."""
    assert answer.status_code == 202, answer.content
    drain(Operation)
    return api("GET", f"/v1/operations/{answer.json()['id']}").json()


def test_all_ends_every_live_call_of_the_account_and_no_other(api, live, account):
    found = watched(api, asked(api, {"all": True, "reason": "fraud"}))
    assert (found["state"], found["ended"], found["remaining"]) == ("finished", 5, 0)
    assert found["code"] == "emergency_stop"
    ends = set(Call.objects.filter(account=account).values_list("status", "disconnect_reason", "end_code"))
    assert ends == {("ended", "fraud", "emergency_stop")}
    assert Step.objects.filter(call__account=account).count() == 4 * 5
    assert Call.objects.exclude(account=account).filter(ended_at=None).count() == 2


def test_a_filter_ends_what_it_chooses(api, live):
    found = watched(api, asked(api, {"filter": {"is_test": True}}))
    assert (found["ended"], found["code"]) == (2, "ended_by_api")
    assert Call.objects.filter(pk__in=[c.pk for c in live], ended_at=None).count() == 3


def test_of_a_list_of_ids_each_is_accounted_for(api, live, account):
    end(live[0].pk, account_id=account.pk, actor="first")
    elsewhere = Call.objects.exclude(account=account).first()
    ids = [str(call.pk) for call in live[:3]] + [str(elsewhere.pk), str(uuid.uuid4())]
    found = watched(api, asked(api, {"ids": ids, "code": "stale"}))
    assert (found["ended"], found["already_ended"], found["unknown"]) == (2, 1, 2)
    elsewhere.refresh_from_db()
    assert not elsewhere.is_over


def test_calls_that_begin_afterwards_are_not_meant(api, live, account):
    answer = asked(api, {"all": True})
    late = phone_call(account)
    assert watched(api, answer)["ended"] == 5
    late.refresh_from_db()
    assert not late.is_over


def test_it_goes_on_chunk_by_chunk_and_is_told_when_it_is_over(api, live, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SIZE", 2)
    found = watched(api, asked(api, {"all": True}))
    assert found["ended"] == 5
    told = json.loads(Event.objects.get(subject_id=found["id"], type="operation.finished").body)
    assert told["data"]["operation"]["ended"] == 5


def test_a_cancelled_operation_stops_and_what_it_ended_stays_ended(api, live, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SIZE", 2)
    answer = asked(api, {"all": True})
    drain(Operation, seconds=0)
    cancelled = api("POST", f"/v1/operations/{answer.json()['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    drain(Operation)
    assert Call.objects.filter(pk__in=[c.pk for c in live], ended_at=None).exists()
    assert api("POST", f"/v1/operations/{answer.json()['id']}/cancel").status_code == 409


def test_a_cancelled_operation_says_how_many_calls_it_left(api, live, account, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SIZE", 2)
    operation = asked(api, {"all": True}).json()["id"]
    assert api("GET", f"/v1/operations/{operation}").json()["remaining"] == 5
    settle(
        queue_of(Operation),
        [Attempt(row, succeeded(), timezone.now(), 1) for row in sql.claim(Operation, 1, per_key=1)],
    )
    assert api("POST", f"/v1/operations/{operation}/cancel").json()["remaining"] == 3
    end(live[0].pk, account_id=account.pk, actor="later")
    shown = api("GET", f"/v1/operations/{operation}").json()
    assert (shown["state"], shown["ended"], shown["remaining"]) == ("cancelled", 2, 3)


def test_of_many_ids_the_first_are_shown_and_how_many_they_are(api, live):
    ids = [str(uuid.uuid4()) for _ in range(30)] + [str(live[0].pk)]
    begun = asked(api, {"ids": ids})
    assert watched(api, begun)["ended"] == 1, "all of them are kept"
    shown = begun.json(), *api("GET", "/v1/operations").json()["operations"]
    told = json.loads(Event.objects.get(type="operation.finished").body)["data"]["operation"]
    for each in (*shown, told):
        assert (each["ids"], each["filter"]) == (31, {"id": {"in": ids[:20]}})
    assert asked(api, {"filter": {"is_test": True}}).json()["ids"] is None


def test_a_call_tells_which_operation_ended_it_and_who_asked_for_that(api, live):
    found = watched(api, asked(api, {"ids": [str(live[0].pk)]}))
    story = api("GET", f"/v1/calls/{live[0].pk}/timeline").json()["timeline"]
    me = f"key:{api.key.public_id}"
    by = [(e["name"], e["by"], e["detail"]) for e in story if e["name"].startswith("ended")]
    assert by == [
        ("ended by an operation", f"operation:{found['id']}", f"asked for by {me}"),
        ("ended", me, "Ended Via API call (ended_by_api)"),
    ]


def test_a_dry_run_counts_and_ends_nothing(api, live):
    answer = asked(api, {"filter": {"is_test": True}, "dry_run": True})
    assert (answer.status_code, answer.json()) == (200, {"would_end": 2})
    assert not Operation.objects.exists()


def test_the_same_key_begins_one_operation(api, live):
    first, second = (asked(api, {"all": True}, Idempotency_Key="stop-1") for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert Operation.objects.count() == 1


def test_the_request_costs_the_same_for_any_number_of_calls(api, live, django_assert_max_num_queries):
    asked(api, {"all": True})
    with django_assert_max_num_queries(6):
        assert asked(api, {"all": True}).status_code == 202


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "exactly one"),
        ({"all": False}, "exactly one"),
        ({"all": True, "ids": [str(uuid.uuid4())]}, "exactly one"),
        ({"ids": []}, "empty"),
        ({"filter": {"is_test": {}}}, "is_test"),
        ({"filter": {"bogus": {}}}, "bogus"),
        ({"filter": {"search": " "}}, "all: true"),
        ({"ids": ["x"]}, "UUID"),
        ({"ids": "x"}, "list"),
        ({"ids": [str(uuid.uuid4())] * 10_001}, "10000"),
        ({"filter": {}}, "all: true"),
        ({"filter": {"search": " "}}, "all: true"),
        ({"filter": []}, "object"),
        ({"filter": {"nonsense": 1}}, "no such filter"),
        ({"filter": {"created_at": {"lt": "soon"}}}, "created_at"),
        ({"all": True, "code": "whim"}, "code"),
        ({"all": True, "force": True}, "no such field"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_begins(api, live, body, said):
    answer = asked(api, body)
    assert answer.status_code == 400
    assert said in json.dumps(answer.json())
    assert not Operation.objects.exists()


def test_it_needs_the_admin_scope(account, live):
    from tests.support.api_client import ApiClient  # noqa: PLC0415

    weak = ApiClient(account, ("read:live", "write:live"))
    assert asked(weak, {"all": True}).status_code == 403


def test_the_command_ends_in_its_own_process_and_says_how_many(live, account, capsys):
    call_command("end_calls", account=account.name, dry_run=True)
    assert "5 calls would end." in capsys.readouterr().out
    call_command("end_calls", account=account.name, now=True)
    assert "5 ended" in capsys.readouterr().out
    video_call(account)
    call_command("end_calls", account=account.name, channel="video", now=True)
    assert "1 ended" in capsys.readouterr().out
