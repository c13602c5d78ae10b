"""LiveKit's webhooks: verified signatures, event kinds, recordings."""

import json
import time
from datetime import UTC, datetime

import jwt
import pytest
from livekit import api

from providers.errors import BadSignature, Rejected
from providers.events import StreamNews
from providers.registry import build_adapter
from tests.support.livekit_sdk import signed_headers
from tests.support.sandbox import SECRET

KEY = "APIkey"
ROOM = {
    "sid": "RM_1",
    "name": "call-1",
    "creationTime": "1795229000",
    "emptyTimeout": 300,
    "turnPassword": "t",
}
AT = {"id": "EV_1", "createdAt": "1795229957"}
MOMENT = datetime(2026, 11, 21, 2, 59, 17, tzinfo=UTC)


@pytest.fixture
def livekit():
    return build_adapter("livekit", {"api_key": KEY, "api_secret": SECRET}, base_url="http://livekit.example")


def event(name, **more):
    return json.dumps({"event": name, "room": ROOM} | AT | more).encode()


def send(livekit, name, **more):
    body = event(name, **more)
    return livekit.read_event("https://us.example/x", signed_headers(KEY, body), body)


def test_a_room_that_finished_is_an_end(livekit):
    found = send(livekit, "room_finished")
    assert (found.dedup_key, found.kind, found.type) == ("EV_1", "room_closed", "room_finished")
    assert (found.resource, found.status) == ("call-1", "ended")
    assert found.occurred_at == found.ended_at == MOMENT
    assert found.started_at is None, "when the room was made is nothing that began"


def test_a_room_that_was_made_is_no_call_that_began(livekit):
    assert send(livekit, "room_started").kind == "other"


@pytest.mark.parametrize(
    ("name", "people", "event_kind"),
    [
        ("participant_joined", 1, "session_started"),
        ("participant_joined", 0, "session_started"),
        ("participant_left", 0, "session_ended"),
        ("participant_connection_aborted", 0, "session_ended"),
        ("participant_left", 1, "other"),
        ("track_published", 1, "other"),
        ("a_type_of_tomorrow", 0, "other"),
    ],
)
def test_who_comes_and_goes(livekit, name, people, event_kind):
    room = ROOM | ({"numParticipants": people} if people else {})
    found = send(livekit, name, room=room, participant={"sid": "PA_1", "identity": "anna"})
    assert (found.kind, found.resource, found.ended_at) == (event_kind, "call-1", None)
    assert found.details == {"session_id": "RM_1", "participant": "anna"}


@pytest.mark.parametrize("name", ["participant_joined", "participant_left"])
def test_a_recorder_or_an_agent_does_not_count(livekit, name):
    for kind in ("EGRESS", "AGENT"):
        assert send(livekit, name, participant={"kind": kind}).kind == "other"
    assert send(livekit, name, participant={"kind": "SIP"}).kind != "other"


FILE = {
    "filename": "call-1.mp4",
    "startedAt": "1795229897000000000",
    "endedAt": "1795229957000000000",
    "duration": "60000000000",
    "size": "1024",
    "location": "https://bucket.example/call-1.mp4",
}


def egress(**more):
    return {"egressId": "EG_1", "roomId": "RM_1", "roomName": "call-1", "status": "EGRESS_COMPLETE"} | more


@pytest.mark.parametrize("result", [{"fileResults": [FILE]}, {"file": FILE}, {"fileResults": [{}, FILE]}])
def test_a_recording_that_is_ready(livekit, result):
    found = send(livekit, "egress_ended", egressInfo=egress(**result))
    assert (found.kind, found.resource) == ("recording", "call-1")
    file = found.recording
    assert (file.id, file.url, file.duration) == ("call-1.mp4", "https://bucket.example/call-1.mp4", 60)
    assert file.ended_at == MOMENT and file.expires_at is None


@pytest.mark.parametrize(
    ("name", "info"),
    [
        ("egress_started", egress(fileResults=[FILE])),
        ("egress_updated", egress(fileResults=[FILE])),
        ("egress_ended", egress(status="EGRESS_FAILED", error="no worker")),
        ("egress_ended", egress(fileResults=[FILE | {"location": "/out/call-1.mp4"}])),
        ("egress_ended", egress(streamResults=[{"url": "rtmp://x"}])),
        ("egress_ended", "odd"),
    ],
)
def test_an_egress_without_a_file_to_fetch_is_noted_only(livekit, name, info):
    found = send(livekit, name, egressInfo=info)
    assert (found.kind, found.recording) == ("other", None)


def test_why_nothing_was_recorded_is_kept(livekit):
    found = send(livekit, "egress_ended", egressInfo=egress(status="EGRESS_FAILED", error="no worker"))
    assert found.details == {"egress_id": "EG_1", "status": "EGRESS_FAILED", "error": "no worker"}


def test_the_packages_own_receiver_agrees(livekit):
    body = event("participant_left", participant={"identity": "anna"})
    receiver = api.WebhookReceiver(api.TokenVerifier(KEY, SECRET))
    theirs = receiver.receive(body.decode(), signed_headers(KEY, body)["Authorization"])
    ours = livekit.read_event("", signed_headers(KEY, body), body)
    assert (theirs.id, theirs.event, theirs.room.name) == (ours.dedup_key, ours.type, ours.resource)
    assert theirs.created_at == ours.occurred_at.timestamp()


def test_proto_names_and_headers_in_any_case_are_read_too(livekit):
    body = json.dumps({"event": "participant_left", "room": {"name": "r", "num_participants": 2}}).encode()
    headers = {"authorization": f"Bearer {signed_headers(KEY, body)['Authorization']}"}
    found = livekit.read_event("", headers, body)
    assert (found.kind, found.occurred_at) == ("other", None)
    assert found.dedup_key.startswith("sha256:"), "without an id the body itself is the key"


BODY = event("room_finished")


def token(secret=SECRET, algorithm="HS256", **claims):
    given = {"iss": KEY, "exp": int(time.time()) + 300, "sha256": _sha256(BODY)} | claims
    named = {name: held for name, held in given.items() if held is not None}
    return {"Authorization": jwt.encode(named, secret, algorithm=algorithm)}


def _sha256(body):
    return jwt.decode(signed_headers(KEY, body)["Authorization"], SECRET, ["HS256"])["sha256"]


def test_a_token_of_the_servers_is_taken(livekit):
    assert livekit.read_event("", token(exp=int(time.time()) - 30), BODY).dedup_key == "EV_1", "clocks differ"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "é.ü.ñ"},
        token(secret="another secret of 32 characters.."),
        token(secret="", algorithm="none"),
        token(algorithm="HS512"),
        token(iss="another key"),
        token(iss=None),
        token(exp=int(time.time()) - 3600),
        token(exp=None),
        token(nbf=int(time.time()) + 3600),
        token(sha256=None),
        token(sha256=""),
        token(sha256=_sha256(BODY + b" ")),
        token(sha256=_sha256(BODY).rstrip("=")),
        token(sha256=7),
    ],
)
def test_anything_else_is_not(livekit, headers):
    with pytest.raises(BadSignature):
        livekit.read_event("", headers, BODY)


def test_a_token_that_opens_a_room_signs_no_event(livekit):
    with pytest.raises(BadSignature):
        livekit.read_event("", {"Authorization": livekit.client_token("", "r", "u", seconds=60)}, BODY)


def test_a_body_that_was_changed_is_refused(livekit):
    with pytest.raises(BadSignature):
        livekit.read_event("", signed_headers(KEY, BODY), BODY.replace(b"call-1", b"call-2"))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b'{"event": 5}', b'{"event"', b"\xff"])
def test_a_signed_body_that_is_no_event_is_rejected(livekit, body):
    with pytest.raises(Rejected) as raised:
        livekit.read_event("", signed_headers(KEY, body), body)
    assert raised.value.code == "malformed"


@pytest.mark.parametrize("odd", [None, 7, "x", [], {"name": 5}, {"name": "r", "creationTime": "9" * 30}])
def test_a_field_that_is_garbled_spoils_nothing_else(livekit, odd):
    assert send(livekit, "room_finished", room=odd).kind == "room_closed"


ANNA = {"sid": "PA_1", "identity": "anna", "name": "Anna", "joinedAt": "1795229900"}


def test_who_joined_and_left(livekit):
    joined = send(livekit, "participant_joined", participant=ANNA).participant
    assert (joined.identity, joined.stay_id, joined.name, joined.left_at) == ("anna", "PA_1", "Anna", None)
    assert (MOMENT - joined.joined_at).total_seconds() == 57
    left = send(livekit, "participant_left", participant=ANNA | {"joinedAtMs": "1795229900500"}).participant
    assert ((MOMENT - left.joined_at).total_seconds(), left.left_at) == (56.5, MOMENT)


@pytest.mark.parametrize(
    "more", [{"kind": "AGENT"}, {"kind": "EGRESS"}, {"permission": {"recorder": True}}, {"identity": ""}]
)
def test_a_recorder_or_an_agent_is_not_kept(livekit, more):
    assert send(livekit, "participant_joined", participant=ANNA | more).participant is None


def test_one_who_could_not_connect_never_was_in_the_room(livekit):
    assert send(livekit, "participant_connection_aborted", participant=ANNA).participant is None


@pytest.mark.parametrize(
    ("name", "status", "normalised"),
    [
        ("egress_started", None, "starting"),
        ("egress_updated", "EGRESS_ACTIVE", "live"),
        ("egress_ended", "EGRESS_COMPLETE", "stopped"),
        ("egress_ended", "EGRESS_ABORTED", "failed"),
        ("egress_ended", "EGRESS_LIMIT_REACHED", "stopped"),
    ],
)
def test_a_broadcast_of_ours_is_known_by_its_layout_and_what_is_said_of_it_holds(
    livekit, name, status, normalised
):
    info = {"egressId": "EG_1", "roomName": "call-1", "roomComposite": {"layout": "grid-n1"}, "endedAt": "10"}
    found = send(livekit, name, egressInfo=info | ({"status": status} if status else {}))
    assert (found.kind, found.resource) == ("stream", "call-1")
    assert found.stream == StreamNews(normalised, "EG_1", "n1", is_proven=True)


def test_a_failed_broadcast_tells_no_address(livekit):
    info = {"egressId": "EG_1", "roomComposite": {"layout": "grid-n1"}, "status": "EGRESS_FAILED"}
    found = send(livekit, "egress_ended", egressInfo=info | {"error": "no answer of rtmp://x/app/secret-key"})
    assert found.stream.error == "no answer of [address]" and "secret-key" not in repr(found)


@pytest.mark.parametrize("layout", ["speaker", "grid", "grid-light", ""])
def test_a_recorder_is_no_broadcast_of_ours(livekit, layout):
    info = {"egressId": "EG_1", "roomName": "call-1", "roomComposite": {"layout": layout}}
    assert send(livekit, "egress_updated", egressInfo=info).stream is None
