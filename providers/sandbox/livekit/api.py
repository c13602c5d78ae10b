"""LiveKit's room and egress services, in JSON and protobuf.

Source: github.com/livekit/livekit, pkg/service. Rooms that have been empty for too long are closed.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from providers.sandbox.livekit.callbacks import egress_event, room_event, stream_event
from providers.sandbox.livekit.egress import ENDS, Egresses
from providers.sandbox.livekit.grants import has_grant, read_claims, refusal
from providers.sandbox.livekit.messages import METHODS, read_json
from providers.sandbox.livekit.participants import Participants
from providers.sandbox.livekit.protobuf import MalformedMessage, decode, encode
from providers.sandbox.livekit.room import closes_at, new_room, to_json
from providers.sandbox.recordings import Recordings
from providers.sandbox.vendor import Handler, Reply, Sandbox, Vendor, store_bounded

PROTOBUF = "application/protobuf"

Method = Callable[[str, dict[str, Any]], Reply]


class LiveKitApi(Vendor):
    """The rooms of all servers, in memory, by "api_key/name"; an API key stands for a server."""

    name = "livekit"
    path_prefix = "/twirp/"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.files = Recordings(sandbox)
        self.egress = Egresses(self.resources, self._egress_changed)

    def routes(self) -> Sequence[web.RouteDef]:
        participants = Participants(self.resources, leave=self._leave)
        methods = {
            "CreateRoom": ("open_room", "roomCreate", self.create),
            "ListRooms": ("list_rooms", "roomList", self.list),
            "DeleteRoom": ("delete_room", "roomCreate", self.delete),
            "ListParticipants": ("list_participants", "roomAdmin", participants.list),
            "UpdateRoomMetadata": ("change_room", "roomAdmin", self.change_room),
            "GetParticipant": ("get_participant", "roomAdmin", participants.get),
            "RemoveParticipant": ("remove_participant", "roomAdmin", participants.remove),
            "UpdateParticipant": ("change_participant", "roomAdmin", participants.change),
        }
        egress = {
            "StartRoomCompositeEgress": ("start_egress", "roomRecord", self.egress.start),
            "StopEgress": ("stop_egress", "roomRecord", self.egress.stop),
            "ListEgress": ("list_egress", "roomRecord", self.egress.list_all),
        }
        return [
            web.post(f"/twirp/livekit.{service}/{name}", self._rpc(name, *method))
            for service, each in (("RoomService", methods), ("Egress", egress))
            for name, method in each.items()
        ]

    def _rpc(self, name: str, operation: str, grant: str, method: Method) -> Handler:
        """A method that answers in the request's encoding, JSON or protobuf; errors are always JSON."""
        request_message, response_message = METHODS[name]

        def parse(request: web.Request, body: bytes) -> dict[str, Any]:
            try:
                is_protobuf = request.content_type == PROTOBUF
                document = decode(request_message, body) if is_protobuf else read_json(body)
            except (MalformedMessage, ValueError):
                return {}
            return document if isinstance(document, dict) else {}

        def act(request: web.Request, body: bytes) -> Reply:
            fields, claims = parse(request, body), read_claims(request, self.sandbox.secrets)
            if not has_grant(claims, grant, fields):
                return self.error(401, "unauthenticated", "permissions denied")
            self._close_idle()
            reply = method(claims["iss"], fields)
            if reply.status == 200 and request.content_type == PROTOBUF:
                reply.raw, reply.content_type = encode(response_message, reply.body), PROTOBUF
            return reply

        return self.handler(operation, act, lambda request, body: self._resource(parse(request, body)))

    def _resource(self, fields: dict[str, Any]) -> str:
        return _room_name(fields) or self.egress.room_of(fields)

    def create(self, server: str, fields: dict[str, Any]) -> Reply:
        """Get or create; given fields of an existing room are changed."""
        name = fields.get("name")
        if not isinstance(name, str) or not name:
            return self.error(400, "invalid_argument", "no room name")
        key = f"{server}/{name}"
        exists = key in self.resources
        if not exists:
            store_bounded(self.resources, key, new_room(name))
        room = self.resources[key]
        settable = ("empty_timeout", "departure_timeout", "max_participants", "metadata")
        room |= {field: fields[field] for field in settable if fields.get(field)}
        if not exists:
            self._send(key, "room_started", {})
        return Reply(200, to_json(room), effect=not exists)

    def list(self, server: str, fields: dict[str, Any]) -> Reply:
        """All rooms, or those with the given names; without pages."""
        names = fields.get("names") or []
        rooms = [room for key, room in self.resources.items() if key.startswith(f"{server}/")]
        return Reply(200, {"rooms": [to_json(room) for room in rooms if not names or room["name"] in names]})

    def delete(self, server: str, fields: dict[str, Any]) -> Reply:
        key = f"{server}/{fields.get('room')}"
        if key not in self.resources:
            return self._not_found()
        self._close(key)
        return Reply(200, {}, effect=True)

    def change_room(self, server: str, fields: dict[str, Any]) -> Reply:
        room = self.resources.get(f"{server}/{fields.get('room')}")
        if room is None:
            return self._not_found()
        room["metadata"] = fields.get("metadata") or room["metadata"]
        return Reply(200, to_json(room), effect=True)

    def trigger(self, resource_id: str, request: dict[str, Any]) -> bool:
        """joined, left (`identity`, `name`); closed: a timer of the room ran out; recorded: a file is ready.

        streamed: somebody else starts an egress (`name`). What happens to an egress: see Egresses.trigger.

        `counted`: the number of participants in the event; LiveKit's own count lags by seconds.
        """
        rooms = self.resources.items()
        found = next(((key, room) for key, room in rooms if room["name"] == resource_id), None)
        if request["what"] in (*ENDS, "orphaned"):
            egress = self.egress.all.get(resource_id) or self.egress.latest(resource_id)
            if egress is not None:
                self.egress.trigger(egress, request["what"])
            return egress is not None
        if found is None:
            return False
        key, room = found
        actions = {"joined": self._join, "left": self._leave, "recorded": self._record}
        if request["what"] == "closed":
            self._close(key)
        elif request["what"] == "streamed":
            self.egress.begin(key.partition("/")[0], room, {"layout": request.get("name", "")})
        elif request["what"] in actions:
            actions[request["what"]](key, room, request)
        else:
            raise ValueError("closed, streamed, " + ", ".join([*actions, *ENDS, "orphaned"]))
        return True

    def live_ids(self) -> Sequence[str]:
        return [room["name"] for room in self.resources.values()]

    def live_streams(self) -> Sequence[str]:
        return self.egress.running()

    def _join(self, key: str, room: dict[str, Any], request: dict[str, Any]) -> None:
        identity = str(request.get("identity", "guest"))
        sid, now = f"PA_{secrets.token_hex(6)}", str(int(time.time()))
        participant = {"sid": sid, "identity": identity, "state": "ACTIVE", "joined_at": now}
        participant |= {"joined_at_ms": str(int(time.time() * 1000)), "name": str(request.get("name", ""))}
        room["_participants"][identity] = participant
        self._send(key, "participant_joined", request, participant=participant)

    def _leave(self, key: str, room: dict[str, Any], request: dict[str, Any]) -> None:
        participant = room["_participants"].pop(str(request.get("identity", "guest")), None)
        if participant is not None:
            room["_last_left"] = time.time()
            gone = participant | {"state": "DISCONNECTED"}
            self._send(key, "participant_left", request, participant=gone)

    def _record(self, key: str, room: dict[str, Any], request: dict[str, Any]) -> None:
        hook, file = self._hook(key), self.files.add(request)
        if hook is not None:
            link = f"{request.get('base_url', 'https://recordings.example')}/{file['name']}.mp4"
            self.sandbox.callbacks.send(egress_event(hook, room, file, link))

    def _close(self, key: str) -> None:
        """Disconnects all participants and deletes the room."""
        for identity in list(self.resources[key]["_participants"]):
            self._leave(key, self.resources[key], {"identity": identity})
        self._send(key, "room_finished", {})
        self.egress.end_all(*key.split("/", 1))
        del self.resources[key]

    def _close_idle(self) -> None:
        now = time.time()
        for key in [key for key, room in self.resources.items() if closes_at(room) <= now]:
            self._close(key)

    def _send(self, key: str, event: str, request: dict[str, Any], **fields: Any) -> None:  # noqa: ANN401
        hook = self._hook(key)
        if hook is not None:
            room = to_json(self.resources[key])
            room["num_participants"] = request.get("counted", room["num_participants"])
            self.sandbox.callbacks.send(room_event(hook, event, room, **fields))

    def _egress_changed(self, server: str, event: str, info: dict[str, Any]) -> None:
        hook = self._hook(server)
        if hook is not None:
            self.sandbox.callbacks.send(stream_event(hook, event, info))

    def _hook(self, key: str) -> dict[str, Any] | None:
        return self.sandbox.callbacks.apps.get(key.partition("/")[0])

    def authenticate(self, request: web.Request) -> Reply | None:
        return refusal(request, self.sandbox.secrets)

    def unknown_address(self, request: web.Request) -> Reply:
        """Twirp's bad_route (twitchtv.github.io/twirp/docs/spec_v7.html): unknown method, or not a POST."""
        message = f'no handler for path "{request.path}"'
        if request.method != "POST":
            message = f'unsupported method "{request.method}" (only POST is allowed)'
        route = {"twirp_invalid_route": f"{request.method} {request.path}"}
        return Reply(404, {"code": "bad_route", "msg": message, "meta": route})

    def _not_found(self) -> Reply:
        return self.error(404, "not_found", "requested room does not exist")

    def error(self, status: int, code: str = "", message: str = "") -> Reply:
        """A Twirp error."""
        if status == 409:  # the fault "already_ended"
            return self._not_found()
        code = code or {
            400: "invalid_argument",
            401: "unauthenticated",
            429: "resource_exhausted",
            503: "unavailable",
        }.get(status, "internal")
        return Reply(status, {"code": code, "msg": message or code})


def _room_name(fields: dict[str, Any]) -> str:
    """The room of a request; of a list, its name if it is a single one."""
    names = fields.get("names") or []
    name = fields.get("name") or fields.get("room") or (names[0] if len(names) == 1 else "")
    return name if isinstance(name, str) else ""
