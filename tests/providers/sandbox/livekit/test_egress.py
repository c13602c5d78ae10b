"""LiveKit's egress at the sandbox: what its own package and our adapter do not show."""

import uuid

import pytest
import requests

from providers.livekit.tokens import request_token
from tests.support.sandbox import SECRET

OUTPUT = {"stream_outputs": [{"protocol": "RTMP", "urls": ["rtmp://x.example/app/a-secret-key"]}]}


@pytest.fixture
def rpc(sandbox_url):
    key = f"API{uuid.uuid4().hex}"

    def rpc(service: str, method: str, body: dict, **grants):
        headers = {"Authorization": f"Bearer {request_token(key, SECRET, grants)}"}
        url = f"{sandbox_url}/twirp/livekit.{service}/{method}"
        return requests.post(url, json=body, headers=headers, timeout=5)

    rpc("RoomService", "CreateRoom", {"name": "r"}, roomCreate=True)
    return lambda method, body, **grants: rpc("Egress", method, body, **(grants or {"roomRecord": True}))


def test_an_egress_needs_its_grant_a_room_and_an_output(rpc):
    wanted = {"room_name": "r"} | OUTPUT
    assert rpc("StartRoomCompositeEgress", wanted, roomList=True).json()["code"] == "unauthenticated"
    assert rpc("StartRoomCompositeEgress", wanted | {"room_name": "none"}).json()["code"] == "not_found"
    assert rpc("StartRoomCompositeEgress", {"room_name": "r"}).json()["code"] == "invalid_argument"
    started = rpc("StartRoomCompositeEgress", wanted).json()
    assert started["status"] == "EGRESS_STARTING" and "a-secret-key" not in str(started)


def test_what_is_over_cannot_be_stopped_and_what_never_was_is_not_found(rpc, sandbox):
    id = rpc("StartRoomCompositeEgress", {"room_name": "r"} | OUTPUT).json()["egress_id"]
    assert [rpc("StopEgress", {"egress_id": id}).json()["status"] for _ in range(2)] == ["EGRESS_ENDING"] * 2
    sandbox.trigger(id, "failed")
    over = rpc("StopEgress", {"egress_id": id})
    assert (over.status_code, over.json()["code"]) == (412, "failed_precondition")
    assert rpc("StopEgress", {"egress_id": "EG_none"}).json()["code"] == "not_found"
    assert rpc("ListEgress", {"room_name": "r", "active": True}).json() == {"items": []}


def test_a_dead_worker_leaves_a_record_that_is_not_billed(rpc, sandbox):
    id = rpc("StartRoomCompositeEgress", {"room_name": "r"} | OUTPUT).json()["egress_id"]
    sandbox.trigger(id, "orphaned")
    assert (stop := rpc("StopEgress", {"egress_id": id})).status_code == 503, stop.text
    assert [each["egress_id"] for each in rpc("ListEgress", {"active": True}).json()["items"]] == [id]
    assert id not in sandbox.live_streams()["livekit"]
