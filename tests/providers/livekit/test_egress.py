"""LiveKit's egress over the sandbox, by HTTP."""

import time
import uuid

import pytest

from providers.errors import NotConfigured, Rejected, Unavailable, UnknownOutcome
from providers.livekit.egress import read_egress
from providers.registry import build_adapter
from providers.streams import Broadcast, Broadcasts, RtmpTarget, StreamRef
from tests.support.misbehaving_server import answers
from tests.support.sandbox import SECRET

TARGET = RtmpTarget("rtmp://live.example/app", "a-secret-key")


@pytest.fixture
def room(livekit):
    return livekit.broadcast_room(str(uuid.uuid4()), title="Show")[1]


def start(livekit, room, name="n1"):
    return livekit.start_broadcast("", room, Broadcast(name, targets=[TARGET]))


def ref(room, stream=None, name=""):
    return StreamRef(room, "", stream.id if stream else "", name)


def wait_for(livekit, room, status):
    until = time.monotonic() + 3
    while time.monotonic() < until:
        found = livekit.broadcasts("", room)
        if found and found[-1].status == status:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_broadcast_is_started_becomes_live_and_is_stopped(livekit, room, sandbox):
    assert isinstance(livekit, Broadcasts)
    started = start(livekit, room)
    assert (started.status, started.raw_status, started.name) == ("starting", "EGRESS_STARTING", "n1")
    live = wait_for(livekit, room, "live")
    assert (live.id, live.name) == (started.id, "n1")
    assert [each.id for each in livekit.live_broadcasts()] == [started.id]
    assert started.id in sandbox.live_streams()["livekit"]
    assert livekit.stop_broadcast(ref(room, started)) == "accepted", "what is in the pipeline still leaves"
    over = wait_for(livekit, room, "stopped")
    assert (over.raw_status, over.seconds) == ("EGRESS_COMPLETE", 0)
    assert livekit.stop_broadcast(ref(room, started)) == "not_running"
    assert sandbox.effects("stop_egress", room) == 1


def test_the_key_of_a_target_is_shown_nowhere(livekit, room, sandbox):
    start(livekit, room)
    assert "a-secret-key" not in repr(livekit.broadcasts("", room))
    sandbox.add_fault("start_egress", "400", resource=room)
    with pytest.raises(Rejected) as raised:
        start(livekit, room)
    assert "a-secret-key" not in str(raised.value) and "rtmp" not in str(raised.value)


def test_hls_goes_to_the_storage_that_the_connection_names(sandbox_url):
    key = uuid.uuid4().hex
    hls = {"hls_url": "https://cdn.example/live/", "hls_path": "rooms"}
    adapter = build_adapter("livekit", {"api_key": key, "api_secret": SECRET, **hls}, base_url=sandbox_url)
    room = adapter.broadcast_room(key, title="")[1]
    started = adapter.start_broadcast("", room, Broadcast("n1"))
    assert started.playback_url == "https://cdn.example/live/rooms/n1/live.m3u8"


def test_without_targets_and_storage_there_is_nowhere_to_go(livekit, room):
    with pytest.raises(NotConfigured, match="hls_url"):
        livekit.start_broadcast("", room, Broadcast("n1"))


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset", "503"])
def test_after_a_lost_answer_to_the_start_it_is_found_by_its_name(livekit, room, sandbox, fault):
    sandbox.add_fault("start_egress", fault, resource=room)
    with pytest.raises(UnknownOutcome):
        start(livekit, room)
    assert [each.name for each in livekit.broadcasts("", room)] == ([] if fault == "503" else ["n1"])


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset"])
def test_after_a_lost_answer_to_the_stop_it_ends(livekit, room, sandbox, fault):
    started = start(livekit, room)
    wait_for(livekit, room, "live")
    sandbox.add_fault("stop_egress", fault, resource=room)
    with pytest.raises(UnknownOutcome):
        livekit.stop_broadcast(ref(room, started))
    wait_for(livekit, room, "stopped")
    assert livekit.stop_broadcast(ref(room, started)) == "not_running"


def test_one_whose_id_was_lost_is_stopped_by_its_name(livekit, room):
    start(livekit, room, "n1")
    other = start(livekit, room, "n2")
    assert livekit.stop_broadcast(ref(room, name="n1")) == "accepted"
    assert livekit.stop_broadcast(ref(room, name="n0")) == "not_running"
    wait_for(livekit, room, "live")
    assert {each.name: each.status for each in livekit.broadcasts("", room)}["n2"] == "live"
    assert livekit.stop_broadcast(ref(room, other)) == "accepted"


def test_one_that_does_not_exist_is_not_running(livekit, room):
    assert livekit.stop_broadcast(StreamRef(room, id="EG_none")) == "not_running"


@pytest.mark.parametrize("what", ["failed", "aborted", "limit_reached"])
def test_an_end_at_livekit_is_listed_and_needs_no_stop(livekit, room, sandbox, what):
    started = start(livekit, room)
    sandbox.trigger(started.id, what)
    found = livekit.broadcasts("", room)[0]
    assert found.status == ("stopped" if what == "limit_reached" else "failed")
    assert livekit.stop_broadcast(ref(room, started)) == "not_running"


def test_the_record_of_a_dead_worker_is_over_once_its_room_is(livekit, room, sandbox):
    started = start(livekit, room)
    wait_for(livekit, room, "live")
    sandbox.trigger(started.id, "orphaned")
    with pytest.raises(Unavailable) as raised:
        livekit.stop_broadcast(ref(room, started))
    assert raised.value.code == "unavailable"
    livekit.end_room("", room)
    assert livekit.broadcasts("", room)[0].status == "live", "the record stays for ever"
    assert livekit.stop_broadcast(ref(room, started)) == "not_running"


def test_the_end_of_a_room_ends_its_broadcast(livekit, room, sandbox):
    started = start(livekit, room)
    livekit.end_room("", room)
    assert started.id not in sandbox.live_streams()["livekit"]


def test_what_somebody_else_started_is_not_among_ours(livekit, room, sandbox):
    sandbox.trigger(room, "streamed", name="speaker")
    assert [each.name for each in livekit.broadcasts("", room)] == [""]
    assert livekit.live_broadcasts() == []


def adapter(url):
    return build_adapter("livekit", {"api_key": "k", "api_secret": SECRET}, base_url=url, timeout=2)


PRECONDITION = ("412 Precondition Failed", {"code": "failed_precondition", "msg": "cannot be stopped"})
SLOW = ("408 Timeout", {"code": "deadline_exceeded", "msg": "x"})


@pytest.mark.parametrize("refusal", [PRECONDITION, SLOW])
@pytest.mark.parametrize(
    ("status", "outcome"),
    [("EGRESS_COMPLETE", "not_running"), ("EGRESS_ENDING", "accepted"), ("EGRESS_ABORTED", "not_running")],
)
def test_after_a_refusal_the_list_decides(refusal, status, outcome):
    listed = ("200 OK", {"items": [{"egress_id": "EG_1", "status": status}]})
    with answers(refusal, listed) as url:
        assert adapter(url).stop_broadcast(StreamRef("r", id="EG_1")) == outcome


def test_a_status_may_be_a_number_or_left_out():
    assert read_egress({"egressId": "E", "status": 6}).raw_status == "EGRESS_LIMIT_REACHED"
    assert read_egress({"egressId": "E"}).status == "starting"
    assert read_egress({"egressId": "E", "status": 77}).status == "unknown"


def test_a_failure_is_told_without_the_address_of_the_target():
    failed = {
        "egress_id": "E",
        "status": "EGRESS_FAILED",
        "error": "could not reach rtmp://x.example/app/key: EOF",
    }
    assert read_egress(failed).error == "could not reach [address] EOF"


@pytest.mark.parametrize("answer", [{}, {"egress_id": ""}, {"egress_id": 5}, {"ok": True}])
def test_an_answer_that_is_no_egress_is_an_unknown_outcome(answer):
    with answers(("200 OK", answer)) as url, pytest.raises(UnknownOutcome):
        start(adapter(url), "r1")


def test_a_list_that_is_none_is_not_taken_for_no_broadcasts():
    with answers(("200 OK", {"items": 5})) as url, pytest.raises(Unavailable):
        adapter(url).broadcasts("", "r1")
    with answers(("200 OK", {})) as url:
        assert adapter(url).broadcasts("", "r1") == []
