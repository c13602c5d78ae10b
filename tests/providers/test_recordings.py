"""Recordings as each company lists them, and when their links expire."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from providers.base import HasRecordings
from providers.errors import Rejected, Unavailable
from tests.support.twilio_sdk import official


@pytest.fixture(params=["twilio", "getstream"])
def recorded(request):
    """An adapter, the type of its rooms, and the id of a call of its."""
    adapter = request.getfixturevalue(request.param)
    if request.param == "twilio":
        return adapter, "", adapter.make_call(to="+14155550111", from_="+14155550100").id
    return adapter, "default", adapter.open_room("default", str(uuid.uuid4()), created_by="h").id


def test_there_are_none_and_then_there_are_some_oldest_first(recorded, sandbox):
    adapter, room_type, call_id = recorded
    assert isinstance(adapter, HasRecordings)
    assert adapter.recordings(room_type, call_id) == []
    sandbox.add_recording(call_id, seconds=30)
    sandbox.add_recording(call_id, seconds=90)

    longer, shorter = adapter.recordings(room_type, call_id)

    assert (longer.duration, shorter.duration) == (90, 30)
    assert (longer.ended_at - longer.started_at).total_seconds() == pytest.approx(90, abs=1)
    assert longer.id != shorter.id and longer.id in longer.url


def test_recordings_of_a_call_that_is_not_there_are_refused(recorded):
    adapter, room_type, _ = recorded
    with pytest.raises(Rejected) as raised:
        adapter.recordings(room_type, "CA" + "f" * 32)
    assert raised.value.code in ("16", "20404")


@pytest.mark.parametrize("fault", ["503", "bad_json", "timeout", "reset"])
def test_a_list_that_does_not_come_is_asked_for_again(recorded, sandbox, fault):
    adapter, room_type, call_id = recorded
    sandbox.add_fault("list_recordings", fault, resource=call_id)
    with pytest.raises(Unavailable):
        adapter.recordings(room_type, call_id)
    assert adapter.recordings(room_type, call_id) == []


def test_links_of_getstream_are_signed_anew_and_expire_while_those_of_twilio_do_not(
    twilio, getstream, sandbox
):
    room_id = getstream.open_room("default", str(uuid.uuid4()), created_by="h").id
    sandbox.add_recording(room_id, life=3600)
    (first,), (again,) = (getstream.recordings("default", room_id) for _ in range(2))
    assert first.id == again.id and first.url != again.url
    assert abs(first.expires_at - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)

    call = twilio.make_call(to="+14155550111", from_="+14155550100")
    sandbox.add_recording(call.id)
    assert twilio.recordings("", call.id)[0].expires_at is None


def test_a_recording_that_is_still_processed_is_not_ready(twilio, sandbox):
    call = twilio.make_call(to="+14155550111", from_="+14155550100")
    sandbox.add_recording(call.id, status="processing")
    assert twilio.recordings("", call.id) == []


def test_the_official_package_lists_what_we_list(sandbox_url, sandbox, account_sid, twilio):
    call = twilio.make_call(to="+14155550111", from_="+14155550100")
    for _ in range(3):
        sandbox.add_recording(call.id)
    theirs = official(sandbox_url, account_sid).calls(call.id).recordings.list()
    assert [each.sid for each in theirs] == [each.id for each in twilio.recordings("", call.id)]
