"""With the real processes: a call over one's own LiveKit server, from its room to the last webhook."""

import time

import pytest
from livekit import api

from providers.registry import connect
from tests.providers.conftest import SECRET
from tests.providers.livekit_client import ask


@pytest.fixture
def key(customer):
    """The API key of a LiveKit server that the customer is connected to: the sandbox."""
    key = f"API{customer.account_id}"
    given = ("--base-url", customer.local.sandbox_url, "--set", f"api_key={key}", f"api_secret={SECRET}")
    customer.local.manage("connect_provider", customer.account_id, "livekit", *given)
    return key


def test_a_room_is_opened_and_ended_over_rest_and_deleted_once(customer, key):
    call = customer.video_call(provider="livekit", transcript=True)
    assert call.provider_id in customer.sandbox.live()["livekit"]
    customer.sandbox.come(call.provider_id, "anna")
    shown = customer.ask("GET", f"/v1/live/calls/{call.id}").json()
    assert shown["live"]["is_live"] and shown["status"] == "live"
    for _ in range(3):
        assert call.end_strictly().json()["status"] == "ended"
    call.assert_nothing_lost_and_nothing_twice()


def test_an_end_whose_answer_is_lost_deletes_the_room_once(customer, key):
    call = customer.video_call(provider="livekit")
    customer.sandbox.fault("delete_room", "act_then_timeout", resource=call.provider_id)
    call.end_strictly()
    call.assert_nothing_lost_and_nothing_twice()


def test_a_room_that_livekits_own_tools_deleted_ends_the_call(customer, key):
    call = customer.video_call(provider="livekit")
    wish = api.DeleteRoomRequest(room=call.provider_id)
    ask(customer.local.sandbox_url, key, lambda client: client.room.delete_room(wish))
    assert ended(call, 20)["disconnect_reason"] == "The provider knows no such call (any more)."
    call.assert_nothing_lost_and_nothing_twice()


def test_a_room_that_a_late_guest_opened_again_is_deleted_again(customer, key):
    call = customer.video_call(provider="livekit")
    call.end_strictly()
    call.settled()
    server = connect("livekit", {"api_key": key, "api_secret": SECRET}, base_url=customer.local.sandbox_url)
    server.open_room("default", call.provider_id, created_by="guest")
    until = time.monotonic() + 20
    while call.provider_id in server.live_ids():
        assert time.monotonic() < until, "the round did not find it"
        time.sleep(0.2)
    assert call.told("call.still_live")["call.still_live"] == 1


def ended(call, seconds):
    """The call as the platform shows it, once it has ended; it must within these seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        shown = call.customer.ask("GET", f"/calls/{call.id}").json()["data"]
        if shown["ended_at"]:
            return shown
        time.sleep(0.1)
    raise AssertionError(f"still live after {seconds} s")
