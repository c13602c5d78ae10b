"""GetStream's broadcasts over the sandbox, by HTTP."""

import uuid

import pytest

from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.getstream.broadcasts import read_egress
from providers.registry import build_adapter
from providers.streams import Broadcast, Broadcasts, RtmpTarget, StreamRef
from tests.support.misbehaving_server import answers

TARGET = RtmpTarget("rtmps://live.example/app", "a-secret-key")
RTMP, HLS = Broadcast("n1", targets=[TARGET]), Broadcast("n1")


@pytest.fixture
def room(getstream):
    return getstream.broadcast_room(str(uuid.uuid4()), title="Show")


def ref(room, id="", name="n1"):
    return StreamRef(room[1], room[0], id, name)


@pytest.fixture(params=["rtmp", "hls"])
def broadcast(request):
    return {"rtmp": RTMP, "hls": HLS}[request.param]


def running(sandbox, room):
    return [each for each in sandbox.live_streams()["getstream"] if each.startswith(room[1])]


def test_a_broadcast_is_started_listed_and_stopped(getstream, room, sandbox, broadcast):
    assert isinstance(getstream, Broadcasts)
    started = getstream.start_broadcast(*room, broadcast)
    listed = getstream.broadcasts(*room)
    assert [(each.id, each.name, each.status) for each in listed] == [(started.id, "n1", "live")]
    assert running(sandbox, room)
    assert [getstream.stop_broadcast(ref(room, started.id)) for _ in range(2)] == ["stopped", "not_running"]
    assert getstream.broadcasts(*room) == [] and running(sandbox, room) == []


def test_hls_has_an_address_to_watch_it_at(getstream, room):
    assert getstream.start_broadcast(*room, HLS).playback_url.endswith(".m3u8")
    assert getstream.broadcasts(*room)[0].playback_url.endswith(".m3u8")


def test_a_backstage_that_hides_it_is_opened(getstream, room):
    assert getstream.room(*room).backstage
    getstream.start_broadcast(*room, HLS)
    assert not getstream.room(*room).backstage


def test_one_broadcast_has_several_targets_and_one_stop(getstream, room, sandbox):
    second = RtmpTarget("rtmp://other.example/live", "another-key")
    getstream.start_broadcast(*room, Broadcast("n1", targets=[TARGET, second], width=1280, height=720))
    assert len(running(sandbox, room)) == 2
    assert [each.name for each in getstream.broadcasts(*room)] == ["n1"]
    assert getstream.stop_broadcast(ref(room, "n1")) == "stopped"
    assert running(sandbox, room) == []


def test_another_broadcast_of_the_call_goes_on(getstream, room, sandbox):
    getstream.start_broadcast(*room, RTMP)
    getstream.start_broadcast(*room, Broadcast("n2", targets=[TARGET]))
    assert getstream.stop_broadcast(ref(room, "n1")) == "stopped"
    assert [each.name for each in getstream.broadcasts(*room)] == ["n2"]


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset", "act_then_strange"])
def test_after_a_lost_answer_to_the_start_it_is_found_by_its_name(getstream, room, sandbox, broadcast, fault):
    sandbox.add_fault("start_rtmp" if broadcast.targets else "start_hls", fault, resource=room[1])
    with pytest.raises(UnknownOutcome):
        getstream.start_broadcast(*room, broadcast)
    assert [each.name for each in getstream.broadcasts(*room)] == ["n1"]
    assert getstream.stop_broadcast(ref(room)) == "stopped"


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset", "act_then_strange"])
def test_after_a_lost_answer_to_the_stop_it_is_over(getstream, room, sandbox, broadcast, fault):
    started = getstream.start_broadcast(*room, broadcast)
    sandbox.add_fault("stop_rtmp" if broadcast.targets else "stop_hls", fault, resource=room[1])
    with pytest.raises(UnknownOutcome):
        getstream.stop_broadcast(ref(room, started.id))
    assert getstream.stop_broadcast(ref(room, started.id)) == "not_running"


def test_a_refused_stop_of_what_runs_is_tried_again(getstream, room, sandbox):
    getstream.start_broadcast(*room, RTMP)
    sandbox.add_fault("stop_rtmp", "already_ended", resource=room[1])
    with pytest.raises(Unavailable) as raised:
        getstream.stop_broadcast(ref(room, "n1"))
    assert raised.value.code == "not_confirmed"


def test_a_second_hls_broadcast_is_refused(getstream, room):
    getstream.start_broadcast(*room, HLS)
    with pytest.raises(Rejected, match="already"):
        getstream.start_broadcast(*room, Broadcast("n2"))
    assert [each.name for each in getstream.broadcasts(*room)] == ["n1"]


def test_the_end_of_a_call_ends_its_broadcasts(getstream, room, sandbox):
    getstream.start_broadcast(*room, RTMP)
    getstream.end_room(*room)
    assert running(sandbox, room) == []
    assert getstream.stop_broadcast(ref(room, "n1")) == "not_running"


def test_what_was_broadcast_by_somebody_else_is_listed_with_its_call(getstream, room, sandbox):
    sandbox.trigger(room[1], "joined", identity="anna")
    sandbox.trigger(room[1], "broadcast_started", name="theirs")
    found = getstream.live_broadcasts()
    assert [(each.name, each.parent_type, each.parent_id) for each in found] == [("theirs", *room)]


def test_the_keys_of_targets_are_in_no_list_and_no_error(getstream, room, sandbox):
    getstream.start_broadcast(*room, RTMP)
    assert "a-secret-key" not in repr(getstream.broadcasts(*room))
    with pytest.raises(Rejected) as raised:
        getstream.start_broadcast(*room, RTMP)
    assert "a-secret-key" not in str(raised.value) and "live.example" not in str(raised.value)


@pytest.mark.parametrize("egress", [None, 5, {}, {"rtmps": 5}, {"rtmps": [5, {}]}, {"broadcasting": False}])
def test_an_egress_of_another_form_is_nothing_that_runs(egress):
    assert read_egress({"id": "r1", "egress": egress}) == []


def test_a_call_that_does_not_exist_is_not_broadcast():
    gone = ("404 Not Found", {"code": 16, "message": "can't find call", "StatusCode": 404})
    with answers(gone) as url:
        adapter = build_adapter("getstream", {"api_key": "k", "api_secret": "s" * 32}, base_url=url)
        assert adapter.stop_broadcast(StreamRef("r1", "default", "n1", "n1")) == "not_running"


def test_a_change_of_the_call_keeps_the_name_of_what_is_broadcast(getstream, room):
    getstream.start_broadcast(*room, HLS)
    getstream.change_room(*room, starts_at=None, custom={"title": "New"})
    assert [each.name for each in getstream.broadcasts(*room)] == ["n1"]
    assert getstream.stop_broadcast(ref(room)) == "stopped"


def test_what_somebody_else_broadcasts_over_hls_later_is_not_under_our_name(getstream, room):
    getstream.start_broadcast(*room, HLS)
    getstream.stop_broadcast(ref(room))
    getstream._request("POST", *room, "/start_broadcasting")
    assert [each.name for each in getstream.broadcasts(*room)] == [""]
    assert getstream.stop_broadcast(ref(room)) == "not_running"
