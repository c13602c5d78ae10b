"""LiveKit's room service at the sandbox: grants, errors, rooms that close by themselves."""

import time
import uuid

import pytest
import requests

from providers.livekit.tokens import request_token
from tests.support.sandbox import SECRET


@pytest.fixture
def rpc(sandbox_url):
    key = f"API{uuid.uuid4().hex}"

    def rpc(method: str, body: dict, **grants):
        headers = {"Authorization": f"Bearer {request_token(key, SECRET, grants)}"}
        url = f"{sandbox_url}/twirp/livekit.RoomService/{method}"
        return requests.post(url, json=body, headers=headers, timeout=5)

    return rpc


def test_a_method_needs_its_grant(rpc):
    assert rpc("CreateRoom", {"name": "r"}, roomList=True).json()["code"] == "unauthenticated"
    assert rpc("CreateRoom", {"name": "r"}, roomCreate=True).json()["name"] == "r"
    other = rpc("UpdateRoomMetadata", {"room": "r", "metadata": "x"}, roomAdmin=True, room="another")
    assert other.status_code == 401


def test_a_room_needs_a_name_and_must_exist(rpc):
    assert rpc("CreateRoom", {}, roomCreate=True).json()["code"] == "invalid_argument"
    assert rpc("DeleteRoom", {"room": "r0"}, roomCreate=True).json()["code"] == "not_found"
    assert rpc("ListParticipants", {"room": "r0"}, roomAdmin=True, room="r0").json() == {"participants": []}


def test_a_list_has_all_rooms_or_those_that_are_named(rpc):
    for name in ("a", "b"):
        rpc("CreateRoom", {"name": name}, roomCreate=True)
    names = lambda body: [room["name"] for room in rpc("ListRooms", body, roomList=True).json()["rooms"]]  # noqa: E731
    assert (names({}), names({"names": ["b"]})) == (["a", "b"], ["b"])


def test_an_empty_room_closes_when_its_timer_runs_out(rpc):
    rpc("CreateRoom", {"name": "r", "empty_timeout": 1}, roomCreate=True)
    assert rpc("ListRooms", {}, roomList=True).json()["rooms"]
    time.sleep(2.1)
    assert rpc("ListRooms", {}, roomList=True).json()["rooms"] == []


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic x"])
def test_a_request_without_a_token_is_refused_in_plain_text(sandbox_url, header):
    url = f"{sandbox_url}/twirp/livekit.RoomService/ListRooms"
    answer = requests.post(url, json={}, headers={"Authorization": header}, timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (401, "text/plain")


def test_names_in_camel_case_are_taken_as_proto3_allows(rpc):
    made = rpc("CreateRoom", {"name": "r", "emptyTimeout": 7, "maxParticipants": 3}, roomCreate=True).json()
    assert (made["empty_timeout"], made["max_participants"]) == (7, 3)


def test_an_unknown_method_is_a_bad_route_of_twirp(rpc, sandbox_url):
    unknown = rpc("Reboot", {}, roomCreate=True)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "bad_route")
    assert unknown.json()["meta"] == {"twirp_invalid_route": "POST /twirp/livekit.RoomService/Reboot"}
    read = requests.get(f"{sandbox_url}/twirp/livekit.RoomService/ListRooms", timeout=5)
    assert (read.status_code, read.json()["code"]) == (404, "bad_route")


def test_a_wrong_secret_is_refused_once_the_right_one_is_known(sandbox_url, sandbox):
    key = f"API{uuid.uuid4().hex}"
    sandbox.set_secret(key, SECRET)
    url = f"{sandbox_url}/twirp/livekit.RoomService/ListRooms"
    for secret, status in ((SECRET, 200), ("another-secret-of-32-characters!!", 401)):
        headers = {"Authorization": f"Bearer {request_token(key, secret, {'roomList': True})}"}
        assert requests.post(url, json={}, headers=headers, timeout=5).status_code == status
