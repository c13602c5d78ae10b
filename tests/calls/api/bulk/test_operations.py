"""/v1/operations: listed, watched and cancelled."""

from django.utils import timezone

from calls.bulk import run
from calls.lifecycle.end import end
from calls.models import Call, Operation
from liveplatform.work.outcomes import succeeded
from liveplatform.work.settle import Attempt, settle
from tests.support.bulk import bulk_end
from tests.support.draining import claim, drain, queue_of


def test_a_cancelled_operation_stops_once(api, live_calls, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SIZE", 2)
    answer = bulk_end(api, {"all": True})
    drain(Operation, seconds=0)
    cancelled = api("POST", f"/v1/operations/{answer.json()['id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    drain(Operation)
    assert Call.objects.filter(pk__in=[c.pk for c in live_calls], ended_at=None).exists()
    assert api("POST", f"/v1/operations/{answer.json()['id']}/cancel").status_code == 409


def test_a_cancelled_operation_counts_its_remaining_calls(api, live_calls, account, monkeypatch):
    monkeypatch.setattr(run, "CHUNK_SIZE", 2)
    operation = bulk_end(api, {"all": True}).json()["id"]
    assert api("GET", f"/v1/operations/{operation}").json()["remaining"] == 5
    settle(
        queue_of(Operation),
        [Attempt(row, succeeded(), timezone.now(), 1) for row in claim(Operation, 1)],
    )
    assert api("POST", f"/v1/operations/{operation}/cancel").json()["remaining"] == 3
    end(live_calls[0].pk, account_id=account.pk, actor="later")
    shown = api("GET", f"/v1/operations/{operation}").json()
    assert (shown["state"], shown["ended"], shown["remaining"]) == ("cancelled", 2, 3)
