"""An operation ends its calls chunk by chunk; counts, events and the timeline tell what it did."""

import json
import uuid

from calls.bulk import run
from calls.lifecycle.end import end
from calls.models import Call, Step
from liveplatform.webhooks.models import Event
from tests.support.bulk import bulk_end, finish
from tests.support.factories import phone_call


def test_all_ends_every_live_call_of_the_account_and_no_other(api, live_calls, account):
    found = finish(api, bulk_end(api, {"all": True, "reason": "fraud"}))
    assert (found["state"], found["ended"], found["remaining"]) == ("finished", 5, 0)
    assert found["code"] == "emergency_stop"
    ends = set(Call.objects.filter(account=account).values_list("status", "disconnect_reason", "end_code"))
    assert ends == {("ended", "fraud", "emergency_stop")}
    assert Step.objects.filter(call__account=account).count() == 4 * 5
    assert Call.objects.exclude(account=account).filter(ended_at=None).count() == 2


def test_of_a_list_of_ids_each_is_accounted_for(api, live_calls, account):
    end(live_calls[0].pk, account_id=account.pk, actor="first")
    elsewhere = Call.objects.exclude(account=account).first()
    ids = [str(call.pk) for call in live_calls[:3]] + [str(elsewhere.pk), str(uuid.uuid4())]
    found = finish(api, bulk_end(api, {"ids": ids, "code": "stale"}))
    assert (found["ended"], found["already_ended"], found["unknown"]) == (2, 1, 2)
    elsewhere.refresh_from_db()
    assert not elsewhere.is_over


def test_calls_created_after_it_are_not_ended(api, live_calls, account):
    answer = bulk_end(api, {"all": True})
    late = phone_call(account)
    assert finish(api, answer)["ended"] == 5
    late.refresh_from_db()
    assert not late.is_over


def test_it_runs_chunk_by_chunk_and_publishes_its_end(api, live_calls, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SIZE", 2)
    found = finish(api, bulk_end(api, {"all": True}))
    assert found["ended"] == 5
    event = json.loads(Event.objects.get(subject_id=found["id"], type="operation.finished").body)
    assert event["data"]["operation"]["ended"] == 5


def test_a_timeline_names_the_operation_and_its_requester(api, live_calls):
    found = finish(api, bulk_end(api, {"ids": [str(live_calls[0].pk)]}))
    timeline = api("GET", f"/v1/calls/{live_calls[0].pk}/timeline").json()["timeline"]
    me = f"key:{api.key.public_id}"
    by = [(e["name"], e["by"], e["detail"]) for e in timeline if e["name"].startswith("ended")]
    assert by == [
        ("ended by an operation", f"operation:{found['id']}", f"asked for by {me}"),
        ("ended", me, "Ended Via API call (ended_by_api)"),
    ]
