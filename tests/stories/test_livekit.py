"""Calls over a self-hosted LiveKit server with real processes, from the room to the last webhook."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from livekit import api

from providers.registry import build_adapter
from tests.support.livekit_sdk import call_api
from tests.support.sandbox import SECRET
from tests.support.stories import ended, entries, record, until


@pytest.fixture(scope="module")
def key(one_customer):
    """The key of the customer's connection to LiveKit, which is made once."""
    local, key = one_customer.local, f"API{one_customer.account_id}"
    given = ("--base-url", local.sandbox_url, "--set", f"api_key={key}", f"api_secret={SECRET}")
    local.manage("connect_provider", one_customer.account_id, "livekit", *given)
    return key


@pytest.fixture
def server(customer, key):
    """The customer's LiveKit server (the sandbox), sending no webhooks."""
    given = {"api_key": key, "api_secret": SECRET}
    return build_adapter("livekit", given, base_url=customer.local.sandbox_url)


@pytest.fixture
def provider_customer(customer, server):
    """The customer, whose LiveKit server sends its webhooks here."""
    connections = customer.ask("GET", "/v1/connections").json()["connections"]
    (url,) = (each["events_url"] for each in connections if each["provider"] == "livekit")
    customer.sandbox.add_hook(server._key, SECRET, url)
    yield customer
    customer.sandbox.remove_hook(server._key)


def test_a_room_is_opened_and_ended_over_rest_and_deleted_once(customer, server):
    call = customer.video_call(provider="livekit", transcript=True)
    assert call.provider_id in customer.sandbox.live()["livekit"]
    customer.sandbox.trigger(call.provider_id, "joined", identity="anna")
    shown = customer.ask("GET", f"/v1/live/calls/{call.id}").json()
    assert shown["live"]["is_live"] and shown["status"] == "live"
    for _ in range(3):
        assert call.end_strictly().json()["status"] == "ended"
    call.assert_exactly_once()


def test_an_end_whose_answer_is_lost_deletes_the_room_once(customer, server):
    call = customer.video_call(provider="livekit")
    customer.sandbox.add_fault("delete_room", "act_then_timeout", resource=call.provider_id)
    call.end_strictly()
    call.assert_exactly_once()


def test_a_room_that_livekits_own_tools_deleted_without_an_event_ends_the_call(customer, server):
    call = customer.video_call(provider="livekit")
    delete_request = api.DeleteRoomRequest(room=call.provider_id)
    call_api(customer.local.sandbox_url, server._key, lambda client: client.room.delete_room(delete_request))
    assert ended(call, 20)["disconnect_reason"] == "The provider knows no such call (any more)."
    call.assert_exactly_once()


def test_a_room_that_a_late_guest_opened_again_is_deleted_again(customer, server):
    call = customer.video_call(provider="livekit")
    call.end_strictly()
    call.settled()
    server.open_room("default", call.provider_id, created_by="guest")
    until(lambda: call.provider_id not in server.live_ids(), 20)
    assert call.event_counts("call.still_live")["call.still_live"] == 1


def test_an_event_of_a_guest_after_the_end_deletes_the_room_again(provider_customer, server):
    call = provider_customer.video_call(provider="livekit")
    call.end_strictly()
    call.settled()
    time.sleep(1.1)  # LiveKit's events are dated by whole seconds
    server.open_room("default", call.provider_id, created_by="guest")
    provider_customer.sandbox.trigger(call.provider_id, "joined", identity="guest")
    until(lambda: call.provider_id not in server.live_ids(), 5)
    assert call.event_counts("call.still_live")["call.still_live"] == 1


def test_a_closed_room_ends_the_call_once(provider_customer):
    call = provider_customer.video_call(provider="livekit", transcript=True)
    provider_customer.sandbox.trigger(call.provider_id, "closed")
    assert ended(call, 10)["disconnect_reason"] == "Ended at the provider."
    call.settled()
    events = call.event_counts("call.processed")
    assert (events["call.ended"], events["call.processed"], call.effects()) == (1, 1, 0)


def test_everybody_left_and_the_platforms_own_grace_ends_the_call(provider_customer):
    call = provider_customer.video_call(provider="livekit")
    for what in ("joined", "left"):
        provider_customer.sandbox.trigger(call.provider_id, what, identity="anna")
    ended(call, 15)
    assert record(call)["end_code"] == "participants_left"
    call.assert_exactly_once()


def test_a_host_who_enters_the_room_weeks_before_changes_nothing(provider_customer):
    at = (datetime.now(UTC) + timedelta(weeks=3)).isoformat()
    call = provider_customer.video_call(provider="livekit", scheduled_at=at, time_limit=1)
    for what in ("joined", "left"):
        provider_customer.sandbox.trigger(call.provider_id, what, identity="anna")
    until(lambda: {"participant_joined", "participant_left"} <= set(dict(entries(call))))
    time.sleep(4)  # EMPTY_ROOM_GRACE is 3 s here
    assert (record(call)["status"], record(call)["started_at"]) == ("scheduled", None)
    provider_customer.ask("POST", f"/v1/live/calls/{call.id}/start").raise_for_status()
    assert ended(call, 10)["disconnect_reason"] == "The time limit of 1 s was reached."


def test_a_lagging_participant_count_ends_no_call(provider_customer):
    call = provider_customer.video_call(provider="livekit")
    provider_customer.sandbox.trigger(call.provider_id, "joined", identity="anna")
    provider_customer.sandbox.trigger(call.provider_id, "left", identity="anna", counted=1)
    until(lambda: "participant_left" in dict(entries(call)))
    provider_customer.sandbox.trigger(call.provider_id, "closed")
    ended(call, 10)
    assert record(call)["end_code"] == "ended_at_provider"


def test_a_recording_is_stored_and_published_once(provider_customer):
    call = provider_customer.video_call(provider="livekit")
    provider_customer.sandbox.trigger(call.provider_id, "recorded", seconds=30)
    assert call.event_counts("call.recording_ready")["call.recording_ready"] == 1
    shown = provider_customer.ask("GET", f"/v1/live/calls/{call.id}").json()
    assert shown["recording_url"].endswith(".mp4") and shown["recording_ready_at"]
    call.end_strictly()


def test_late_duplicate_and_reversed_events_have_the_same_result(provider_customer):
    provider_customer.sandbox.set_delivery(copies=2, hold=True)
    call = provider_customer.video_call(provider="livekit", transcript=True)
    for what in ("joined", "left", "joined"):
        provider_customer.sandbox.trigger(call.provider_id, what, identity="anna")
    call.end_strictly()
    provider_customer.sandbox.release(reverse=True)
    call.assert_exactly_once()
    assert record(call)["end_code"] == "ended_by_api"
