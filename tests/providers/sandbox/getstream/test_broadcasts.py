"""GetStream's broadcasts at the sandbox: what our adapter does not show."""

import uuid

import pytest

from providers.errors import Rejected

TARGET = {"name": "n1", "stream_url": "rtmp://x.example/app", "stream_key": "k"}


@pytest.fixture
def call(getstream):
    room = getstream.open_room("default", str(uuid.uuid4()), created_by="host")
    return lambda verb, body=None: getstream._request("POST", "default", room.id, verb, body)


@pytest.mark.parametrize(
    "broadcasts",
    [[], [{"name": "n1"}], [{"stream_url": "x"}], [TARGET, TARGET]],
    ids=["none", "url", "name", "twice"],
)
def test_a_target_needs_an_address_and_a_name_of_its_own(call, broadcasts):
    with pytest.raises(Rejected):
        call("/rtmp_broadcasts", {"broadcasts": broadcasts})


def test_what_is_not_running_cannot_be_stopped(call):
    for verb in ("/rtmp_broadcasts/n1/stop", "/stop_broadcasting"):
        with pytest.raises(Rejected) as raised:
            call(verb)
        assert raised.value.code == "4"


def test_all_targets_are_stopped_at_once(call):
    call("/rtmp_broadcasts", {"broadcasts": [TARGET, TARGET | {"name": "n2"}]})
    call("/rtmp_broadcasts/stop")
    with pytest.raises(Rejected):
        call("/rtmp_broadcasts/n1/stop")


def test_hls_runs_once(call):
    assert call("/start_broadcasting")["playlist_url"]
    with pytest.raises(Rejected):
        call("/start_broadcasting")


def test_one_that_is_stuck_runs_on_after_a_stop(getstream, sandbox):
    room = getstream.open_room("default", str(uuid.uuid4()), created_by="host").id
    sandbox.trigger(room, "broadcast_started", name="n1")
    sandbox.trigger(room, "broadcast_stuck", name="n1")
    getstream._request("POST", "default", room, "/rtmp_broadcasts/n1/stop")
    assert f"{room}/n1" in sandbox.live_streams()["getstream"]
