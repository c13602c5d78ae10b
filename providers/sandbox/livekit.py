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

from providers.sandbox.livekit_messages import METHODS
from providers.sandbox.protobuf import Malformed, decode, encode
from providers.sandbox.wire import Reply, Sandbox, keep

PROTOBUF = "application/protobuf"
# What a server closes empty rooms after if it is not told otherwise (config-sample.yaml).
EMPTY_TIMEOUT, DEPARTURE_TIMEOUT = 300, 20
STATUS = {"invalid_argument": 400, "malformed": 400, "unauthenticated": 401, "not_found": 404}

Act = Callable[[str, dict[str, Any]], Reply]


def routes(sandbox: Sandbox) -> list[web.RouteDef]:
    """The addresses of this vendor, and those by which people go in and out of its rooms."""
    side = LiveKitSide(sandbox)
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
        web.post("/_sandbox/livekit/{id}/participants/{identity}", side.come),
        web.delete("/_sandbox/livekit/{id}/participants/{identity}", side.leave),
    ]


class LiveKitSide:
    """The rooms of all servers, in memory; an API key stands for a server."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.rooms: dict[str, dict[str, Any]] = sandbox.store.setdefault("livekit", {})
        self.sandbox = sandbox

    def answer(self, method: str, operation: str, grant: str, act: Act) -> Any:  # noqa: ANN401 - an aiohttp handler
        """One method, in the request's own form: JSON, or protobuf. Errors are JSON in both."""
        asks, gives = METHODS[method]

        def read(request: web.Request, body: bytes) -> dict[str, Any]:
            try:
                document = decode(asks, body) if _in_protobuf(request) else json.loads(body or b"{}")
            except (Malformed, ValueError):
                return {}
            return document if isinstance(document, dict) else {}

        def run(request: web.Request, body: bytes) -> Reply:
            wish, token = read(request, body), _token(request)
            if not _granted(token, grant, wish):
                return _error(401, "unauthenticated", "permissions denied")
            self._close_idle()
            reply = act(token["iss"], wish)
            if reply.status == 200 and _in_protobuf(request):
                reply.raw, reply.content_type = encode(gives, reply.body), PROTOBUF
            return reply

        return self.sandbox.handler(
            "livekit", operation, run, _refusal, _error, lambda request, body: _named(read(request, body))
        )

    def create(self, server: str, wish: dict[str, Any]) -> Reply:
        """Get or create; what is given anew of a room that is there is changed."""
        name = wish.get("name")
        if not isinstance(name, str) or not name:
            return _error(400, "invalid_argument", "no room name")
        known = f"{server}/{name}" in self.rooms
        if not known:
            keep(self.rooms, f"{server}/{name}", _fresh(name))
        room = self.rooms[f"{server}/{name}"]
        given = ("empty_timeout", "departure_timeout", "max_participants", "metadata")
        room |= {field: wish[field] for field in given if wish.get(field)}
        return Reply(200, _shown(room), effect=not known)

    def list(self, server: str, wish: dict[str, Any]) -> Reply:
        """All rooms, or those of the names that are given; there are no pages."""
        names = wish.get("names") or []
        rooms = [room for key, room in self.rooms.items() if key.startswith(f"{server}/")]
        return Reply(200, {"rooms": [_shown(room) for room in rooms if not names or room["name"] in names]})

    def delete(self, server: str, wish: dict[str, Any]) -> Reply:
        gone = self.rooms.pop(f"{server}/{wish.get('room')}", None)
        return Reply(200, {}, effect=True) if gone else _no_room()

    def people(self, server: str, wish: dict[str, Any]) -> Reply:
        """Of a room that is not there the list is empty, as a server of one node has it."""
        room = self.rooms.get(f"{server}/{wish.get('room')}")
        return Reply(200, {"participants": list(room["_people"].values()) if room else []})

    def change(self, server: str, wish: dict[str, Any]) -> Reply:
        room = self.rooms.get(f"{server}/{wish.get('room')}")
        if room is None:
            return _no_room()
        room["metadata"] = wish.get("metadata") or room["metadata"]
        return Reply(200, _shown(room), effect=True)

    async def come(self, request: web.Request) -> web.Response:
        """Somebody comes into the room."""
        room, identity = self._anywhere(request.match_info["id"]), request.match_info["identity"]
        sid = f"PA_{secrets.token_hex(6)}"
        person = {"sid": sid, "identity": identity, "state": "ACTIVE", "joined_at": str(int(time.time()))}
        room["_people"][identity] = person
        return web.json_response(person, status=201)

    async def leave(self, request: web.Request) -> web.Response:
        """They go."""
        room = self._anywhere(request.match_info["id"])
        if room["_people"].pop(request.match_info["identity"], None):
            room["_left"] = time.time()
        return web.Response(status=204)

    def _anywhere(self, name: str) -> dict[str, Any]:
        """A room by its name, which the platform makes unique over all servers."""
        found = next((room for room in self.rooms.values() if room["name"] == name), None)
        if found is None:
            raise web.HTTPNotFound
        return found

    def _close_idle(self) -> None:
        """A server closes rooms that were empty for too long."""
        now = time.time()
        for key in [key for key, room in self.rooms.items() if _closes_at(room) <= now]:
            del self.rooms[key]


def _closes_at(room: dict[str, Any]) -> float:
    if room["_people"]:
        return float("inf")
    if room["_left"]:
        return float(room["_left"] + room["departure_timeout"])
    return float(int(room["creation_time"]) + room["empty_timeout"])


def _fresh(name: str) -> dict[str, Any]:
    now = time.time()
    return {
        "sid": f"RM_{secrets.token_hex(6)}",
        "name": name,
        "empty_timeout": EMPTY_TIMEOUT,
        "departure_timeout": DEPARTURE_TIMEOUT,
        "max_participants": 0,
        "creation_time": str(int(now)),
        "creation_time_ms": str(int(now * 1000)),
        "turn_password": "",
        "enabled_codecs": [],
        "metadata": "",
        "num_publishers": 0,
        "active_recording": False,
        "version": None,
        "_people": {},
        "_left": 0.0,
    }


def _shown(room: dict[str, Any]) -> dict[str, Any]:
    """As the server's JSON has it: proto names, and fields that are empty too."""
    shown = {name: held for name, held in room.items() if not name.startswith("_")}
    return shown | {"num_participants": len(room["_people"])}


def _in_protobuf(request: web.Request) -> bool:
    return request.content_type == PROTOBUF


def _token(request: web.Request) -> dict[str, Any]:
    """The claims; the secret is not known here, so of the token only form, time and grants are looked at."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return dict(
        jwt.decode(token, options={"verify_signature": False, "verify_exp": True, "require": ["exp", "iss"]})
    )


def _refusal(request: web.Request) -> Reply | None:
    if not request.headers.get("Authorization", "").startswith("Bearer "):
        return _plain("invalid authorization header. Must start with Bearer ")
    try:
        _token(request)
    except jwt.PyJWTError:
        return _plain("invalid authorization token")
    return None


def _granted(token: dict[str, Any], grant: str, wish: dict[str, Any]) -> bool:
    video = token.get("video") or {}
    return bool(video.get(grant)) and (grant != "roomAdmin" or video.get("room") == wish.get("room"))


def _named(wish: dict[str, Any]) -> str:
    """The room that a request is about; of a list that of its one name."""
    names = wish.get("names") or []
    name = wish.get("name") or wish.get("room") or (names[0] if len(names) == 1 else "")
    return name if isinstance(name, str) else ""


def _no_room() -> Reply:
    return _error(404, "not_found", "requested room does not exist")


def _plain(text: str) -> Reply:
    return Reply(401, {}, raw=text.encode(), content_type="text/plain")


def _error(status: int, code: str = "", message: str = "") -> Reply:
    """Twirp's errors, JSON always."""
    if status == 409:  # the fault "already_ended"
        return _no_room()
    code = code or {
        400: "invalid_argument",
        401: "unauthenticated",
        429: "resource_exhausted",
        503: "unavailable",
    }.get(status, "internal")
    return Reply(status, {"code": code, "msg": message or code})
