"""LiveKit's side of the wire: a server's room service, in JSON and protobuf.

Source: github.com/livekit/livekit, pkg/service. Rooms close by themselves when they were empty for too long.
"""

import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import jwt
from aiohttp import web

from providers.sandbox.faults import Reply, Sandbox, store_bounded
from providers.sandbox.livekit.callbacks import egress_event, room_event
from providers.sandbox.livekit.messages import METHODS
from providers.sandbox.livekit.protobuf import MalformedMessage, decode, encode
from providers.sandbox.livekit.room import closes_at, new_room, to_json
from providers.sandbox.recordings import Recordings

PROTOBUF = "application/protobuf"
STATUS = {"invalid_argument": 400, "malformed": 400, "unauthenticated": 401, "not_found": 404}

Operation = Callable[[str, dict[str, Any]], Reply]


def routes(sandbox: Sandbox) -> list[web.RouteDef]:
    """The addresses of this vendor."""
    side = LiveKitApi(sandbox)
    sandbox.hooks.happeners.append(side.happen)
    acts = {
        "CreateRoom": ("open_room", "roomCreate", side.create),
        "ListRooms": ("list_rooms", "roomList", side.list),
        "DeleteRoom": ("delete_room", "roomCreate", side.delete),
        "ListParticipants": ("list_participants", "roomAdmin", side.people),
        "UpdateRoomMetadata": ("change_room", "roomAdmin", side.change),
    }
    return [
        *(
            web.post(f"/twirp/livekit.RoomService/{name}", side.answer(name, *act))
            for name, act in acts.items()
        ),
    ]


class LiveKitApi:
    """The rooms of all servers, in memory; an API key stands for a server."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.rooms: dict[str, dict[str, Any]] = sandbox.store.setdefault("livekit", {})
        self.sandbox = sandbox
        self.files = Recordings(sandbox)

    def answer(self, method: str, operation: str, grant: str, act: Operation) -> Any:  # noqa: ANN401 - an aiohttp handler
        """One method, in the request's own form: JSON, or protobuf. Errors are JSON in both."""
        asks, gives = METHODS[method]

        def read(request: web.Request, body: bytes) -> dict[str, Any]:
            try:
                document = decode(asks, body) if _is_protobuf(request) else json.loads(body or b"{}")
            except (MalformedMessage, ValueError):
                return {}
            return document if isinstance(document, dict) else {}

        def run(request: web.Request, body: bytes) -> Reply:
            wish, token = read(request, body), _token_claims(request)
            if not _has_grant(token, grant, wish):
                return _error(401, "unauthenticated", "permissions denied")
            self._close_idle()
            reply = act(token["iss"], wish)
            if reply.status == 200 and _is_protobuf(request):
                reply.raw, reply.content_type = encode(gives, reply.body), PROTOBUF
            return reply

        return self.sandbox.handler(
            "livekit", operation, run, _refusal, _error, lambda request, body: _room_name(read(request, body))
        )

    def create(self, server: str, wish: dict[str, Any]) -> Reply:
        """Get or create; what is given anew of a room that is there is changed."""
        name = wish.get("name")
        if not isinstance(name, str) or not name:
            return _error(400, "invalid_argument", "no room name")
        key = f"{server}/{name}"
        known = key in self.rooms
        if not known:
            store_bounded(self.rooms, key, new_room(name))
        room = self.rooms[key]
        given = ("empty_timeout", "departure_timeout", "max_participants", "metadata")
        room |= {field: wish[field] for field in given if wish.get(field)}
        if not known:
            self._tell(key, "room_started", {})
        return Reply(200, to_json(room), effect=not known)

    def list(self, server: str, wish: dict[str, Any]) -> Reply:
        """All rooms, or those of the names that are given; there are no pages."""
        names = wish.get("names") or []
        rooms = [room for key, room in self.rooms.items() if key.startswith(f"{server}/")]
        return Reply(200, {"rooms": [to_json(room) for room in rooms if not names or room["name"] in names]})

    def delete(self, server: str, wish: dict[str, Any]) -> Reply:
        key = f"{server}/{wish.get('room')}"
        if key not in self.rooms:
            return _room_not_found()
        self._close(key)
        return Reply(200, {}, effect=True)

    def people(self, server: str, wish: dict[str, Any]) -> Reply:
        """Of a room that is not there the list is empty, as a server of one node has it."""
        room = self.rooms.get(f"{server}/{wish.get('room')}")
        return Reply(200, {"participants": list(room["_people"].values()) if room else []})

    def change(self, server: str, wish: dict[str, Any]) -> Reply:
        room = self.rooms.get(f"{server}/{wish.get('room')}")
        if room is None:
            return _room_not_found()
        room["metadata"] = wish.get("metadata") or room["metadata"]
        return Reply(200, to_json(room), effect=True)

    def happen(self, name: str, wish: dict[str, Any]) -> bool:
        """joined, left (`identity`); closed: its timer ran out; recorded: a file is ready.

        `counted`: how many people the event tells of; LiveKit's own count lags by seconds.
        """
        found = next(((key, room) for key, room in self.rooms.items() if room["name"] == name), None)
        if found is None:
            return False
        key, room = found
        acts = {"joined": self._join, "left": self._leave, "recorded": self._record}
        if wish["what"] == "closed":
            self._close(key)
        elif wish["what"] in acts:
            acts[wish["what"]](key, room, wish)
        else:
            raise ValueError("closed, " + ", ".join(acts))
        return True

    def _join(self, key: str, room: dict[str, Any], wish: dict[str, Any]) -> None:
        identity = str(wish.get("identity", "guest"))
        sid, now = f"PA_{secrets.token_hex(6)}", str(int(time.time()))
        person = {"sid": sid, "identity": identity, "state": "ACTIVE", "joined_at": now}
        room["_people"][identity] = person
        self._tell(key, "participant_joined", wish, participant=person)

    def _leave(self, key: str, room: dict[str, Any], wish: dict[str, Any]) -> None:
        person = room["_people"].pop(str(wish.get("identity", "guest")), None)
        if person is not None:
            room["_left"] = time.time()
            self._tell(key, "participant_left", wish, participant=person | {"state": "DISCONNECTED"})

    def _record(self, key: str, room: dict[str, Any], wish: dict[str, Any]) -> None:
        server, file = self._hook(key), self.files.add(wish)
        if server is not None:
            link = f"{wish.get('base_url', 'https://recordings.example')}/{file['name']}.mp4"
            self.sandbox.hooks.tell(egress_event(server, room, file, link))

    def _close(self, key: str) -> None:
        """Everybody is put out, and the room is no more."""
        for identity in list(self.rooms[key]["_people"]):
            self._leave(key, self.rooms[key], {"identity": identity})
        self._tell(key, "room_finished", {})
        del self.rooms[key]

    def _tell(self, key: str, kind: str, wish: dict[str, Any], **more: Any) -> None:  # noqa: ANN401
        server = self._hook(key)
        if server is not None:
            room = to_json(self.rooms[key])
            room["num_participants"] = wish.get("counted", room["num_participants"])
            self.sandbox.hooks.tell(room_event(server, kind, room, **more))

    def _hook(self, key: str) -> dict[str, Any] | None:
        return self.sandbox.hooks.apps.get(key.partition("/")[0])

    def _close_idle(self) -> None:
        """A server closes rooms that were empty for too long."""
        now = time.time()
        for key in [key for key, room in self.rooms.items() if closes_at(room) <= now]:
            self._close(key)


def _is_protobuf(request: web.Request) -> bool:
    return request.content_type == PROTOBUF


def _token_claims(request: web.Request) -> dict[str, Any]:
    """The claims; the secret is not known here, so of the token only form, time and grants are looked at."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return dict(
        jwt.decode(token, options={"verify_signature": False, "verify_exp": True, "require": ["exp", "iss"]})
    )


def _refusal(request: web.Request) -> Reply | None:
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        return _plain_text_error("invalid authorization header. Must start with Bearer ")
    try:
        _token_claims(request)
    except jwt.PyJWTError:
        return _plain_text_error("invalid authorization token")
    return None


def _has_grant(token: dict[str, Any], grant: str, wish: dict[str, Any]) -> bool:
    video = token.get("video") or {}
    return bool(video.get(grant)) and (grant != "roomAdmin" or video.get("room") == wish.get("room"))


def _room_name(wish: dict[str, Any]) -> str:
    """The room that a request is about; of a list that of its one name."""
    names = wish.get("names") or []
    name = wish.get("name") or wish.get("room") or (names[0] if len(names) == 1 else "")
    return name if isinstance(name, str) else ""


def _room_not_found() -> Reply:
    return _error(404, "not_found", "requested room does not exist")


def _plain_text_error(text: str) -> Reply:
    return Reply(401, {}, raw=text.encode(), content_type="text/plain")


def _error(status: int, code: str = "", message: str = "") -> Reply:
    """Twirp's errors, JSON always."""
    if status == 409:  # the fault "already_ended"
        return _room_not_found()
    code = code or {
        400: "invalid_argument",
        401: "unauthenticated",
        429: "resource_exhausted",
        503: "unavailable",
    }.get(status, "internal")
    return Reply(status, {"code": code, "msg": message or code})
