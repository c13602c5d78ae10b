"""Provider events, from the provider's request to the row and the customer's webhooks."""

import threading
import time

import pytest
import requests

from tests.support.client import TURNS
from tests.support.factories import TWIML
from tests.support.stories import at_once, ended, entries, record, until

SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture
def provider_customer(customer):
    """The customer, whose Stream app sends its events here; phone calls have callbacks anyway."""
    connections = customer.ask("GET", "/v1/connections").json()["connections"]
    urls = {each["provider"]: each["events_url"] for each in connections}
    customer.sandbox.add_hook(customer.account_id, SECRET, urls["getstream"])
    yield customer
    customer.sandbox.remove_hook(customer.account_id)


@pytest.mark.parametrize(("word", "code"), [("completed", "ended_at_provider"), ("busy", "busy")])
def test_the_other_side_hangs_up_and_everything_follows_once(provider_customer, word, code):
    call = provider_customer.phone_call()
    provider_customer.sandbox.trigger(call.provider_id, word)
    shown = ended(call, 10)
    assert shown["disconnect_reason"] == f"Ended at the provider ({word})."
    steps = call.settled()
    assert {kind: step["state"] for kind, step in steps.items()} == dict.fromkeys(steps, "done") | {
        "clean_up": "skipped"
    }
    events = call.event_counts("call.processed", "call.analyzed")
    assert (events["call.ended"], events["call.analyzed"], events["call.processed"]) == (1, 1, 1)
    assert call.effects() == 0, "there was nothing left to hang up"
    record = [e for e in call.received() if f'"end_code":"{code}"' in e["body"].replace(" ", "")]
    assert record


def test_a_room_that_ends_at_its_provider_ends_its_call(provider_customer):
    call = provider_customer.video_call(transcript=True)
    provider_customer.sandbox.trigger(call.provider_id, "ended")
    assert ended(call, 10)["disconnect_reason"] == "Ended at the provider."
    assert call.event_counts("call.processed")["call.ended"] == 1
    assert call.effects() == 0


def test_the_providers_end_and_ours_race_and_one_is_stored(provider_customer):
    calls = [provider_customer.phone_call() for _ in range(6)]

    def race(call):
        hang_up = threading.Thread(
            target=provider_customer.sandbox.trigger, args=(call.provider_id, "completed")
        )
        hang_up.start()
        answers = at_once(call.end, times=4)
        hang_up.join()
        return {answer.status_code for answer in answers}

    assert [race(call) for call in calls] == [{200}] * len(calls)
    for call in calls:
        call.settled()
        assert call.event_counts("call.processed")["call.ended"] == 1
        until(lambda call=call: ("completed", "ended") in entries(call) or "completed" in dict(entries(call)))
        assert call.effects() <= 1
        assert call.provider_id not in provider_customer.sandbox.live()["twilio"]


def test_a_strict_end_is_the_callers_even_if_the_event_is_faster(provider_customer):
    """Stream sends the event of our own end before or while it answers."""
    for delay in (0, 300):
        call = provider_customer.video_call()
        provider_customer.sandbox.add_fault(
            "end_room", "act_then_timeout" if delay else "delay", delay_ms=delay or 400
        )
        call.end_strictly()
        shown = ended(call, 15)
        assert shown["disconnect_reason"] == "Ended Via API call"
        assert call.event_counts("call.ended")["call.ended"] == 1


def test_duplicates_and_reordering_have_the_same_result(provider_customer):
    provider_customer.sandbox.set_delivery(copies=3, hold=True)
    call = provider_customer.phone_call()
    provider_customer.sandbox.trigger(call.provider_id, "completed")
    assert provider_customer.sandbox.release(reverse=True) == 12
    ended(call, 10)
    until(lambda: len(entries(call)) == 4)
    call.settled()
    assert {event["status"] for event in provider_customer.sandbox.callbacks(call.provider_id)} == {200}
    assert call.event_counts("call.processed")["call.ended"] == 1
    assert dict(entries(call))["completed"] == "ended"


def test_events_that_overtake_the_answer_to_make_call_are_not_lost(provider_customer):
    """The response is lost, but the event names the leg."""
    provider_customer.sandbox.add_fault("create_call", "act_then_timeout")
    call = provider_customer.phone_call()
    assert call.provider_id in provider_customer.sandbox.live()["twilio"]
    until(lambda: dict(entries(call)).get("in-progress") == "noted")
    assert record(call)["status"] == "live"
    call.end()
    call.assert_exactly_once()


def test_a_participant_who_returns_in_time_keeps_the_call(provider_customer):
    call = provider_customer.video_call()
    for what in ("joined", "left"):
        provider_customer.sandbox.trigger(call.provider_id, what)
    until(lambda: ("call.session_ended", "empty: the grace runs") in entries(call))
    provider_customer.sandbox.trigger(call.provider_id, "joined")
    until(lambda: entries(call).count(("call.session_participant_joined", "noted")) == 2)
    time.sleep(4)  # EMPTY_ROOM_GRACE is 3 s here
    assert record(call)["status"] == "live"


def test_an_empty_room_ends_the_call(provider_customer):
    call = provider_customer.video_call()
    for what in ("joined", "left"):
        provider_customer.sandbox.trigger(call.provider_id, what)
    until(lambda: ("call.session_ended", "empty: the grace runs") in entries(call))
    assert record(call)["status"] == "live"
    assert ended(call, 10)["disconnect_reason"] == "Everybody left, and nobody came back."
    until(lambda: call.provider_id not in provider_customer.sandbox.live()["getstream"])


def test_a_recording_event_stores_the_recording(provider_customer):
    call = provider_customer.video_call()
    provider_customer.sandbox.trigger(call.provider_id, "recorded", seconds=9)
    until(lambda: record(call)["recording_url"])
    assert call.event_counts("call.recording_ready")["call.recording_ready"] == 1
    body = {"call_from": "+14155550100", "call_to": "+14155550111", "twiml": TWIML, "record": True}
    phone = provider_customer.ask("POST", "/calls/make-call", body).json()["data"]
    provider_customer.sandbox.trigger(phone["call_sid"], "recorded")
    until(lambda: provider_customer.ask("GET", f"/calls/{phone['id']}").json()["data"]["record_url"])


def test_forged_events_change_nothing(provider_customer):
    call = provider_customer.phone_call()
    connections = provider_customer.ask("GET", "/v1/connections").json()["connections"]
    for connection in connections:
        form = {"CallSid": call.provider_id, "CallStatus": "completed"}
        for headers in ({}, {"X-Twilio-Signature": "c2lnbmVk"}, {"X-SIGNATURE": "0" * 64}):
            answer = requests.post(connection["events_url"], form, headers=headers, timeout=5)
            if connection["provider"] in ("twilio", "getstream"):
                assert (answer.status_code, answer.json()["error"]) == (403, "bad_signature")
            assert answer.status_code in (400, 403)
    assert record(call)["status"] == "live"


def test_events_are_kept_while_no_worker_runs(provider_customer, platform):
    platform.kill("worker")
    call = provider_customer.phone_call(transcript=True)
    provider_customer.sandbox.trigger(call.provider_id, "completed")
    until(
        lambda: any(event["status"] == 200 for event in provider_customer.sandbox.callbacks(call.provider_id))
    )
    assert record(call)["status"] == "live"
    platform.start("worker")
    ended(call, 20)
    call.settled()
    assert call.event_counts("call.processed")["call.ended"] == 1


def test_turns_are_analysed_after_the_providers_end_too(provider_customer):
    call = provider_customer.phone_call(transcript=False)
    provider_customer.sandbox.trigger(call.provider_id, "completed")
    ended(call, 10)
    provider_customer.ask("PUT", f"/v1/calls/{call.id}/transcript", {"turns": TURNS}).raise_for_status()
    assert call.event_counts("call.analyzed")["call.analyzed"] == 1
