"""A room whose opening was answered late, or not at all, does not stay at its provider."""

import time

import pytest
from django.db.models.functions import Now

from calls.lifecycle.create_video import DEFAULT_ROOM_TYPE
from calls.lifecycle.end import end
from calls.lifecycle.room_opening import record, settle
from calls.models import Call, RoomOpening
from calls.post_processing.lost_rooms import LOOKS
from liveplatform.accounts.connections import upsert_connection
from liveplatform.work import sql
from providers.errors import ProviderError, Unavailable
from tests.support.draining import drain

LOST = ["act_then_timeout", "act_then_reset", "act_then_html", "act_then_strange", "bad_json"]


@pytest.fixture
def livekit(line, sandbox_url):
    given = {"api_key": f"API{line.account.pk.hex}", "api_secret": "a-secret-of-at-least-32-characters"}
    return upsert_connection(line.account, "livekit", given, base_url=sandbox_url)


def open_rooms(sandbox, provider):
    """What was opened since the last reset of the ledger, and is open."""
    return set(sandbox.live()[provider])


def look():
    """The next look is due now."""
    RoomOpening.objects.filter(state="pending").update(due_at=Now())
    drain(RoomOpening)


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("provider", ["getstream", "livekit"])
def test_the_room_of_a_video_call_whose_answer_was_lost_is_deleted(
    line, livekit, sandbox, settings, provider, fault
):
    settings.PROVIDER_TIMEOUT = 0.5
    before = open_rooms(sandbox, provider)
    sandbox.add_fault("open_room", fault, provider=provider)
    with pytest.raises(ProviderError):
        line.open(provider=provider)
    (room_id,) = open_rooms(sandbox, provider) - before
    assert not Call.objects.filter(account=line.account).exists()
    assert RoomOpening.objects.get().room_id == room_id, "it is on record"
    drain(RoomOpening)
    assert room_id in open_rooms(sandbox, provider), "the request may be under way"
    look()
    assert open_rooms(sandbox, provider) == before
    assert not RoomOpening.objects.exists()


def test_a_room_that_is_opened_after_everybody_gave_up_is_found_later(line, sandbox, settings):
    settings.PROVIDER_TIMEOUT = 0.3
    before = open_rooms(sandbox, "getstream")
    sandbox.add_fault("open_room", "delay", delay_ms=1500)
    with pytest.raises(ProviderError):
        line.open()
    look()
    assert RoomOpening.objects.get().result == {"looks": 1}, "not there yet; it is looked for again"
    until = time.monotonic() + 10
    while open_rooms(sandbox, "getstream") == before:
        assert time.monotonic() < until, "the sandbox opens it late"
        time.sleep(0.05)
    look()
    assert open_rooms(sandbox, "getstream") == before
    assert not RoomOpening.objects.exists()


def test_a_room_that_was_never_made_is_looked_for_a_bounded_number_of_times(line, sandbox):
    sandbox.add_fault("open_room", "reset")
    with pytest.raises(ProviderError):
        line.open()
    for _ in LOOKS:
        look()
        assert RoomOpening.objects.exists()
    look()
    assert not RoomOpening.objects.exists()


def test_while_the_provider_is_away_it_is_tried_again(line, sandbox):
    sandbox.add_fault("open_room", "act_then_reset")
    with pytest.raises(ProviderError):
        line.open()
    sandbox.add_fault("delete_room", "html_404")
    look()
    assert RoomOpening.objects.get().log[-1]["code"] == "unknown_outcome"
    look()
    assert not RoomOpening.objects.exists()


@pytest.mark.parametrize("fault", ["", "400", "429"])
def test_what_was_answered_leaves_nothing_to_look_for(line, sandbox, fault):
    if fault:
        sandbox.add_fault("open_room", fault)
        with pytest.raises(ProviderError):
            line.open()
    else:
        line.open()
    assert not RoomOpening.objects.exists()


def test_a_process_that_dies_while_it_opens_a_room_leaves_it_on_record(line, sandbox):
    call_id = line.open().pk  # stands for the room that was opened, and whose call was never saved
    record(line.video, call_id, DEFAULT_ROOM_TYPE, str(call_id))
    Call.objects.filter(pk=call_id).delete()
    drain(RoomOpening)
    assert RoomOpening.objects.exists(), "the request may be under way"
    look()
    assert sandbox.effects("delete_room", str(call_id)) == 1


def test_the_room_of_a_live_call_is_left_until_it_has_ended(line, sandbox):
    call = line.dial_with_room()
    record(line.video, call.pk, call.room_type, call.room_id)
    look()
    assert sandbox.effects("delete_room", call.room_id) == 0
    end(call.pk, account_id=line.account.pk, actor="test")
    look()
    assert sandbox.effects("delete_room", call.room_id) == 1


def test_the_room_of_a_call_that_another_request_has_saved_is_kept(line, sandbox):
    call = line.open()
    record(line.video, call.pk, DEFAULT_ROOM_TYPE, call.provider_call_id)
    end(call.pk, account_id=line.account.pk, actor="test")
    look()
    assert sandbox.effects("delete_room", call.provider_call_id) == 0 and not RoomOpening.objects.exists()


def test_a_call_whose_room_a_worker_deletes_already_is_not_saved(line):
    opening = record(line.video, line.account.pk, DEFAULT_ROOM_TYPE, "r1")
    sql.claim_one(RoomOpening, opening.pk)
    with pytest.raises(Unavailable, match="too long"):
        settle(opening.call_id)
