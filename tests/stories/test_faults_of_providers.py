"""Faults of providers: post-processing continues, and its effects happen once."""

import psycopg
import pytest

from liveplatform import embedded
from tests.support.stories import VAR


def test_a_provider_that_acts_and_times_out_is_verified_first(customer):
    call = customer.phone_call()
    customer.sandbox.add_fault("end_call", "act_then_timeout", resource=call.provider_id)

    call.end()

    steps = call.settled()
    assert steps["terminate"]["attempts"] == 2
    assert steps["terminate"]["log"][0]["code"] == "unknown_outcome"
    call.assert_exactly_once()


def test_a_provider_that_acts_and_resets_is_verified_first(customer):
    call = customer.phone_call()
    customer.sandbox.add_fault("end_call", "act_then_reset", resource=call.provider_id)
    call.end()
    call.assert_exactly_once()


@pytest.mark.parametrize("fault", ["503", "reset", "timeout", "bad_json"])
def test_a_provider_that_fails_twice_is_tried_until_it_recovers(customer, fault):
    call = customer.phone_call()
    customer.sandbox.add_fault("end_call", fault, resource=call.provider_id, times=2)

    call.end()

    # "bad_json" acts before it garbles the answer, so the second attempt finds it done.
    assert call.settled()["terminate"]["attempts"] >= 2
    call.assert_exactly_once()


def test_retry_after_of_a_provider_is_honoured(customer):
    call = customer.phone_call()
    customer.sandbox.add_fault("end_call", "429", resource=call.provider_id, retry_after=2)

    call.end().raise_for_status()

    steps = call.settled()
    asked = [e["at"] for e in customer.sandbox.ledger(operation="end_call", resource=call.provider_id)]
    assert steps["terminate"]["attempts"] == 2
    assert asked[1] - asked[0] >= 1.9


def test_a_call_that_is_gone_already_is_ended_after_a_check(customer):
    call = customer.phone_call()
    sid, account = call.provider_id, f"AC{customer.account_id}"
    url = f"{customer.local.sandbox_url}/2010-04-01/Accounts/{account}/Calls/{sid}.json"
    customer.http.post(url, data={"Status": "completed"}, auth=(account, "t")).raise_for_status()

    call.end()

    assert call.settled()["terminate"]["state"] == "done"
    operations = [e["operation"] for e in customer.sandbox.ledger(resource=sid)]
    assert operations[-1] == "get_call", "the provider's own record proved the end"


def test_a_failed_step_is_visible_published_and_can_be_rerun(customer):
    call = customer.phone_call()
    customer.sandbox.add_fault("end_call", "400", resource=call.provider_id, times=None)
    call.end()

    steps = call.settled()
    assert steps["terminate"]["state"] == "failed"
    assert "21211" in steps["terminate"]["error"]
    assert steps["analyse"]["state"] == "done", "a step never blocks one that does not depend on it"
    assert call.event_counts("call.processed")["call.processed"] == 1
    assert call.provider_id in customer.sandbox.live()["twilio"], "still billed, and on record as such"

    customer.sandbox.reset()
    answer = customer.ask("POST", f"/v1/calls/{call.id}/steps/terminate/run")
    assert answer.status_code == 202

    assert call.event_counts("call.updated")["call.updated"] == 1
    call.assert_exactly_once()


def test_a_strict_end_answers_502_and_a_worker_completes_it(customer):
    call = customer.video_call()
    customer.sandbox.add_fault("end_room", "503", resource=call.provider_id)

    answer = call.end_strictly()

    assert answer.status_code == 502
    assert set(answer.json()) == {"error", "message"}
    call.assert_exactly_once()
    assert call.end_strictly().json()["status"] == "ended"


def test_a_strict_end_without_a_connection_answers_503_and_is_kept(customer):
    call = customer.video_call()
    # Over the API a connection that a live call needs is not deleted.
    with psycopg.connect(embedded.database_url(VAR), autocommit=True) as database:
        database.execute("UPDATE calls_call SET connection_id = NULL WHERE id = %s", (call.id,))

    answer = call.end_strictly()

    assert answer.status_code == 503
    assert set(answer.json()) == {"error", "message"}
    assert call.states() == {"terminate": "pending"}
