"""LiveKit's official package and our adapter: both use the sandbox, and send the same requests."""

import json
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
from google.protobuf.json_format import MessageToDict, Parse
from livekit import api

from providers.livekit.adapter import DEPARTURE_TIMEOUT, EMPTY_TIMEOUT
from providers.registry import build_adapter
from providers.streams import Broadcast, RtmpTarget, StreamRef
from tests.support.livekit_sdk import call_api
from tests.support.sandbox import SECRET
from tests.support.webhook_listener import listener as customers_server

__all__ = ["customers_server"]

BROADCAST = Broadcast("n1", targets=[RtmpTarget("rtmp://x/app", "key")], width=1280, height=720)
CREATE = {"name": "r1", "empty_timeout": EMPTY_TIMEOUT, "departure_timeout": DEPARTURE_TIMEOUT}


@pytest.fixture
def key() -> str:
    return f"API{uuid.uuid4().hex}"


def test_the_package_creates_lists_and_deletes_a_room_of_the_sandbox(sandbox_url, sandbox, key):
    name = str(uuid.uuid4())
    request = api.CreateRoomRequest(name=name, empty_timeout=600, metadata="ü")
    made = call_api(sandbox_url, key, lambda client: client.room.create_room(request))
    assert (made.name, made.empty_timeout, made.metadata) == (name, 600, "ü")
    assert made.sid.startswith("RM_") and made.creation_time > 1_700_000_000
    listed = call_api(sandbox_url, key, lambda client: client.room.list_rooms(api.ListRoomsRequest()))
    assert list(listed.rooms) == [made]
    call_api(sandbox_url, key, lambda client: client.room.delete_room(api.DeleteRoomRequest(room=name)))
    assert sandbox.effects("delete_room", name) == 1


def test_the_package_sees_what_our_adapter_opened_and_our_adapter_what_the_package_ended(
    sandbox_url, sandbox, key
):
    ours = build_adapter("livekit", {"api_key": key, "api_secret": SECRET}, base_url=sandbox_url, key=key)
    name = ours.open_room("default", str(uuid.uuid4()), created_by="h").id
    sandbox.trigger(name, "joined", identity="anna")
    people = call_api(
        sandbox_url, key, lambda client: client.room.list_participants(api.ListParticipantsRequest(room=name))
    )
    assert [person.identity for person in people.participants] == ["anna"]
    call_api(sandbox_url, key, lambda client: client.room.delete_room(api.DeleteRoomRequest(room=name)))
    assert ours.live_ids() == frozenset()


def test_the_package_starts_lists_and_stops_an_egress_of_the_sandbox(sandbox_url, sandbox, key):
    room, target = (
        str(uuid.uuid4()),
        api.StreamOutput(protocol=api.StreamProtocol.RTMP, urls=["rtmp://x/a/secret"]),
    )
    wanted = api.RoomCompositeEgressRequest(room_name=room, layout="grid-n1", stream_outputs=[target])
    with pytest.raises(api.TwirpError, match="room does not exist"):
        call_api(sandbox_url, key, lambda client: client.egress.start_room_composite_egress(wanted))
    call_api(sandbox_url, key, lambda client: client.room.create_room(api.CreateRoomRequest(name=room)))
    started = call_api(sandbox_url, key, lambda client: client.egress.start_room_composite_egress(wanted))
    assert (started.status, started.room_name) == (api.EgressStatus.EGRESS_STARTING, room)
    asked = api.ListEgressRequest(room_name=room, active=True)
    listed = call_api(sandbox_url, key, lambda client: client.egress.list_egress(asked)).items
    assert [each.room_composite.layout for each in listed] == ["grid-n1"]
    assert listed[0].room_composite.stream_outputs[0].urls == ["rtmp://x/a/{sec...ret}"]
    stop = api.StopEgressRequest(egress_id=started.egress_id)
    stopped = call_api(sandbox_url, key, lambda client: client.egress.stop_egress(stop))
    assert stopped.status == api.EgressStatus.EGRESS_ENDING
    assert sandbox.effects("stop_egress", room) == 1


def test_the_package_raises_the_sandboxs_error(sandbox_url, key):
    with pytest.raises(api.TwirpError) as raised:
        call_api(
            sandbox_url, key, lambda client: client.room.delete_room(api.DeleteRoomRequest(room="never was"))
        )
    assert (raised.value.code, raised.value.status) == ("not_found", 404)


ASKED = {
    "create": (
        lambda ours: ours.open_room("default", "r1", created_by="h", custom={"a": "ü"}),
        lambda client: client.room.create_room(api.CreateRoomRequest(**CREATE, metadata='{"a": "\\u00fc"}')),
        api.CreateRoomRequest,
    ),
    "list": (
        lambda ours: ours.live_ids(),
        lambda client: client.room.list_rooms(api.ListRoomsRequest()),
        api.ListRoomsRequest,
    ),
    "find": (
        lambda ours: ours.room("default", "r1"),
        lambda client: client.room.list_rooms(api.ListRoomsRequest(names=["r1"])),
        api.ListRoomsRequest,
    ),
    "change": (
        lambda ours: ours.change_room("default", "r1", starts_at=None, custom={"a": 1}),
        lambda client: client.room.update_room_metadata(
            api.UpdateRoomMetadataRequest(room="r1", metadata='{"a": 1}')
        ),
        api.UpdateRoomMetadataRequest,
    ),
    "delete": (
        lambda ours: ours.delete_room("default", "r1"),
        lambda client: client.room.delete_room(api.DeleteRoomRequest(room="r1")),
        api.DeleteRoomRequest,
    ),
    "broadcast": (
        lambda ours: ours.start_broadcast("", "r1", BROADCAST),
        lambda client: client.egress.start_room_composite_egress(
            api.RoomCompositeEgressRequest(
                room_name="r1",
                layout="grid-n1",
                stream_outputs=[
                    api.StreamOutput(protocol=api.StreamProtocol.RTMP, urls=["rtmp://x/app/key"])
                ],
                advanced=api.EncodingOptions(width=1280, height=720),
            )
        ),
        api.RoomCompositeEgressRequest,
    ),
    "stop a broadcast": (
        lambda ours: ours.stop_broadcast(StreamRef("r1", id="EG_1")),
        lambda client: client.egress.stop_egress(api.StopEgressRequest(egress_id="EG_1")),
        api.StopEgressRequest,
    ),
    "list broadcasts": (
        lambda ours: ours.broadcasts("", "r1"),
        lambda client: client.egress.list_egress(api.ListEgressRequest(room_name="r1")),
        api.ListEgressRequest,
    ),
    "list all that run": (
        lambda ours: ours.live_broadcasts(),
        lambda client: client.egress.list_egress(api.ListEgressRequest(active=True)),
        api.ListEgressRequest,
    ),
}


@pytest.mark.parametrize("asked", ASKED)
def test_our_adapter_asks_for_the_same_as_the_package(asked, listener):
    by_us, by_package, message = ASKED[asked]
    url, received = listener
    by_us(build_adapter("livekit", {"api_key": "k", "api_secret": SECRET}, base_url=url, timeout=5))
    call_api(url, "k", by_package)
    ours, theirs = received
    assert (ours["path"], ours["type"]) == (theirs["path"], "application/json")
    assert theirs["type"] == "application/protobuf"
    meant = message.FromString(theirs["body"])
    assert Parse(ours["body"], message()) == meant
    assert MessageToDict(Parse(ours["body"], message())) == MessageToDict(meant)


@pytest.mark.parametrize("asked", ASKED)
def test_our_token_grants_what_the_packages_does(asked, listener):
    by_us, by_package, _ = ASKED[asked]
    url, received = listener
    by_us(build_adapter("livekit", {"api_key": "k", "api_secret": SECRET}, base_url=url, timeout=5))
    call_api(url, "k", by_package)
    ours, theirs = (jwt.decode(each["token"], SECRET, ["HS256"]) for each in received)
    may = {"canPublish", "canSubscribe", "canPublishData"}  # which the package puts in needlessly
    assert ours["video"] == {name: held for name, held in theirs["video"].items() if name not in may and held}
    assert (ours["iss"], ours["sub"]) == (theirs["iss"], theirs["sub"])


def test_our_client_token_is_what_the_package_makes_and_takes(livekit):
    ours = livekit.client_token("default", "r1", "anna", seconds=60)
    key = jwt.decode(ours, SECRET, ["HS256"])["iss"]
    made = api.AccessToken(key, SECRET).with_identity("anna")
    theirs = made.with_grants(api.VideoGrants(room_join=True, room="r1")).to_jwt()
    assert _claims(ours) == _claims(theirs)
    assert api.TokenVerifier(key, SECRET).verify(ours).video.room_join


def _claims(token):
    return {k: v for k, v in jwt.decode(token, SECRET, ["HS256"]).items() if k not in ("nbf", "exp")}


@pytest.fixture
def listener():
    """A LiveKit that writes down what it is sent, and answers each client in its own form."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = self.headers["Content-Type"]
            token = self.headers["Authorization"].removeprefix("Bearer ")
            received.append({"path": self.path, "type": kind, "token": token, "body": body})
            answer = (
                b"{}"
                if self.path.endswith(("/DeleteRoom", "/ListEgress"))
                else b'{"name": "r1", "rooms": [{"name": "r1"}], "egress_id": "EG_1"}'
            )
            room = answer if kind == "application/json" else b""
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(room)))
            self.end_headers()
            self.wfile.write(room)

        def log_message(self, *args):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()


def test_the_package_accepts_the_sandboxs_webhooks(livekit, sandbox, customers_server):
    key = livekit._key
    sandbox.add_hook(key, SECRET, customers_server.url)
    name = livekit.open_room("default", str(uuid.uuid4()), created_by="h", custom={"title": "ü"}).id
    sandbox.trigger(name, "joined", identity="anna")
    sandbox.trigger(name, "recorded", seconds=30)
    livekit.end_room("default", name)
    receiver = api.WebhookReceiver(api.TokenVerifier(key, SECRET))
    events = [
        receiver.receive(body.decode(), headers["authorization"])
        for _, headers, body in sorted(
            customers_server.wait(5), key=lambda received: ORDER.index(kind(received))
        )
    ]
    joined, left = events[1], events[3]
    assert [event.event for event in events] == ORDER
    assert joined.participant.identity == left.participant.identity == "anna"
    assert (joined.room.num_participants, left.room.num_participants) == (1, 0)
    assert events[2].egress_info.file_results[0].duration == 30 * 10**9
    assert all(event.room.name == name for event in events if event.event != "egress_ended")


ORDER = ["room_started", "participant_joined", "egress_ended", "participant_left", "room_finished"]


def kind(received):
    return json.loads(received[2])["event"]
