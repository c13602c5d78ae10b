"""RealtimeKit's RTMP outputs over the sandbox, by HTTP."""

import time
import uuid

import pytest

from providers.cloudflare.rtmp import read_output
from providers.errors import Rejected, UnknownOutcome
from providers.streams import Broadcast, RtmpTarget, StreamRef

TARGET = RtmpTarget("rtmp://live.example/app", "a-secret-key")


@pytest.fixture
def meeting(cloudflare):
    return cloudflare.broadcast_room("m", title="Show")[1]


@pytest.fixture
def broadcast():
    return Broadcast(uuid.uuid4().hex, targets=[TARGET])


def listed(cloudflare, meeting, status):
    until = time.monotonic() + 3
    while (found := cloudflare.broadcasts("meeting", meeting)) and found[0].status != status:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found[0]


def test_it_is_started_becomes_live_and_is_stopped(cloudflare, meeting, sandbox, broadcast):
    started = cloudflare.start_broadcast("meeting", meeting, broadcast)
    assert (started.status, started.name, started.id[:5]) == ("starting", broadcast.name, "rtmp:")
    assert listed(cloudflare, meeting, "live").id == started.id
    assert started.id.removeprefix("rtmp:") in sandbox.live_streams()["cloudflare"]
    ref = StreamRef(meeting, "meeting", started.id, broadcast.name)
    assert [cloudflare.stop_broadcast(ref) for _ in range(2)] == ["stopped", "not_running"]
    assert started.id.removeprefix("rtmp:") not in sandbox.live_streams()["cloudflare"]


def test_it_runs_beside_the_meetings_livestream(cloudflare, meeting, broadcast):
    started = cloudflare.start_broadcast("meeting", meeting, broadcast)
    player = cloudflare.start_broadcast("meeting", meeting, Broadcast("n1"))
    assert cloudflare.stop_broadcast(StreamRef(meeting, "meeting", player.id, "n1")) == "stopped"
    assert listed(cloudflare, meeting, "stopped").id == player.id
    assert cloudflare.stop_broadcast(StreamRef(meeting, "meeting", started.id)) == "stopped"


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset"])
def test_after_a_lost_answer_it_is_found_and_stopped_by_its_name(
    cloudflare, meeting, sandbox, broadcast, fault
):
    sandbox.add_fault("start_recording", fault, resource=meeting)
    with pytest.raises(UnknownOutcome):
        cloudflare.start_broadcast("meeting", meeting, broadcast)
    assert [each.name for each in cloudflare.broadcasts("meeting", meeting)] == [broadcast.name]
    assert cloudflare.stop_broadcast(StreamRef(meeting, "meeting", name=broadcast.name)) == "stopped"


def test_a_failure_is_listed(cloudflare, meeting, sandbox, broadcast):
    cloudflare.start_broadcast("meeting", meeting, broadcast)
    sandbox.trigger(meeting, "errored")
    assert listed(cloudflare, meeting, "failed").raw_status == "ERRORED"


def test_one_that_does_not_exist_is_not_running(cloudflare, meeting):
    assert cloudflare.stop_broadcast(StreamRef(meeting, "meeting", "rtmp:none")) == "not_running"


def test_several_targets_are_refused_without_their_secrets(cloudflare, meeting):
    with pytest.raises(Rejected) as raised:
        cloudflare.start_broadcast("meeting", meeting, Broadcast("n1", targets=[TARGET, TARGET]))
    assert "a-secret-key" not in str(raised.value) and "rtmp://" not in str(raised.value)


@pytest.mark.parametrize(
    ("raw", "status"), [("PAUSED", "live"), ("UPLOADING", "stopped"), ("ERRORED", "failed"), ("X", "unknown")]
)
def test_each_status_is_normalised(raw, status):
    assert read_output({"id": "r", "status": raw}).status == status


def test_what_is_no_recording_is_an_unknown_outcome():
    with pytest.raises(UnknownOutcome):
        read_output({"id": 5})
