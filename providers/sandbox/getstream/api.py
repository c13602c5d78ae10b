"""GetStream Video's server API: calls, here "rooms" (source: getstream.io/video/docs/api)."""

import time
import uuid
from collections.abc import Sequence
from typing import Any

import jwt
from aiohttp import web

from providers.sandbox.getstream import participants
from providers.sandbox.getstream.broadcasts import BroadcastsApi
from providers.sandbox.getstream.callbacks import getstream_event
from providers.sandbox.getstream.members import MembersApi
from providers.sandbox.getstream.resources import call_recording, end_session, new_room, public, room_response
from providers.sandbox.recordings import Recordings
from providers.sandbox.vendor import Reply, Sandbox, Vendor, decode_token, json_object, store_bounded

ERROR_NAMES = {4: "InputError", 5: "AuthFailed", 9: "RateLimited", 16: "DoesNotExist", -1: "InternalError"}


class GetStreamApi(Vendor):
    """The rooms of all apps, in memory, by "api_key/type:id"."""

    name = "getstream"
    path_prefix = "/api/v2/"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.files = Recordings(sandbox)
        self.members = MembersApi(self)
        self.broadcasts = BroadcastsApi(self, self._send)

    def routes(self) -> Sequence[web.RouteDef]:
        call = "/api/v2/video/call/{type}/{id}"
        return [
            web.post(call, self.handler("open_room", self.open)),
            web.get(call, self.handler("get_room", self.get)),
            web.post(f"{call}/mark_ended", self.handler("end_room", self.end)),
            web.post(f"{call}/delete", self.handler("delete_room", self.delete)),
            web.patch(call, self.handler("change_room", self.change_room)),
            web.post(f"{call}/go_live", self.handler("go_live", self.go_live)),
            web.get(f"{call}/recordings", self.handler("list_recordings", self.recordings)),
            web.get(
                f"{call}/session/{{session}}/participant_sessions",
                self.handler("list_participants", self.attendance),
            ),
            web.post(f"{call}/stop_live", self.handler("stop_live", self.stop_live)),
            web.post("/api/v2/video/calls", self.handler("list_rooms", self.query)),
            *self.members.routes(),
            *self.broadcasts.routes(),
        ]

    def open(self, request: web.Request, body: bytes) -> Reply:
        key = _key(request)
        exists = key in self.resources
        if not exists:
            data = json_object(body).get("data") or {}
            room = new_room(request.match_info["type"], request.match_info["id"], data)
            store_bounded(self.resources, key, room)
            self.members.add(request, room, data.get("members"))
            self._send(key, "call.created")
        response = room_response(self.resources[key]) | {"created": not exists}
        return Reply(201, response, effect=not exists)

    def get(self, request: web.Request, body: bytes) -> Reply:
        room = self.resources.get(_key(request))
        return Reply(200, room_response(room)) if room else self._not_found()

    def end(self, request: web.Request, body: bytes) -> Reply:
        """400 for an ended call: not documented, but what a sibling operation answers."""
        room = self.resources.get(_key(request))
        if room is None:
            return self._not_found()
        if room["ended_at"]:
            return self.error(400, 4, "call has already ended")
        self._end(_key(request), room)
        return Reply(201, {"duration": "1.00ms"}, effect=True)

    def delete(self, request: web.Request, body: bytes) -> Reply:
        key = _key(request)
        if key not in self.resources:
            return self._not_found()
        self._send(key, "call.deleted")
        room = self.resources.pop(key)
        return Reply(201, {"call": public(room), "duration": "1.00ms"}, effect=True)

    def change_room(self, request: web.Request, body: bytes) -> Reply:
        """Replaces `custom` as a whole; of the settings backstage.enabled and limits are supported."""
        room = self.resources.get(_key(request))
        if room is None:
            return self._not_found()
        changes = json_object(body)
        room |= {name: changes[name] for name in ("custom", "starts_at") if name in changes}
        settings = changes.get("settings_override", {})
        if "limits" in settings:
            room["settings"]["limits"] = settings["limits"]
        backstage = settings.get("backstage", {})
        room["backstage"] = backstage.get("enabled", room["backstage"])
        room["updated_at"] = time.time_ns()
        return Reply(200, room_response(room), effect=True)

    def go_live(self, request: web.Request, body: bytes) -> Reply:
        """Reopens an ended call as well (GetStream/stream-video-js#900)."""
        room = self.resources.get(_key(request))
        if room is None:
            return self._not_found()
        room["backstage"], room["ended_at"] = False, None
        self._send(_key(request), "call.live_started")
        return Reply(201, room_response(room), effect=True)

    def stop_live(self, request: web.Request, body: bytes) -> Reply:
        """Back to backstage: participants other than hosts are out, and the call goes on."""
        room = self.resources.get(_key(request))
        if room is None:
            return self._not_found()
        changes, room["backstage"] = not room["backstage"], True
        return Reply(201, room_response(room), effect=changes)

    def recordings(self, request: web.Request, body: bytes) -> Reply:
        if _key(request) not in self.resources:
            return self._not_found()
        base_url = f"{request.scheme}://{request.host}"
        files = [call_recording(file, base_url) for file in self.files.of(request.match_info["id"])]
        return Reply(200, {"recordings": files, "duration": "1.00ms"})

    def attendance(self, request: web.Request, body: bytes) -> Reply:
        """Who was in a session; `next` is the offset of the next page."""
        room = self.resources.get(_key(request))
        if room is None:
            return self._not_found()
        found = participants.report(room["_stays"], request.match_info["session"])
        start, size = int(request.query.get("next") or 0), min(int(request.query.get("limit") or 25), 100)
        next_page = {"next": str(start + size)} if len(found) > start + size else {}
        page = {"participants_sessions": found[start : start + size], **next_page}
        return Reply(200, page | {"session": request.match_info["session"], "duration": "1.00ms"})

    def query(self, request: web.Request, body: bytes) -> Reply:
        """Supported filters: ongoing (has a session), id. `next` is the offset of the next page."""
        query = json_object(body)
        app = f"{request.query.get('api_key')}/"
        rooms = [room for key, room in self.resources.items() if key.startswith(app)]
        conditions = query.get("filter_conditions") or {}
        if "ongoing" in conditions:
            rooms = [r for r in rooms if bool(r["current_session_id"]) is bool(conditions["ongoing"])]
        if "id" in conditions:
            rooms = [r for r in rooms if r["id"] == conditions["id"]]
        start, size = int(query.get("next") or 0), min(int(query.get("limit") or 25), 100)
        page = [room_response(room) for room in rooms[start : start + size]]
        next_page = str(start + size) if len(rooms) > start + size else None
        return Reply(201, {"calls": page, "next": next_page, "prev": None, "duration": "1.00ms"})

    def trigger(self, resource_id: str, request: dict[str, Any]) -> bool:
        """joined: `identity` (`name`) enters; left: they leave, or everybody; ended, deleted, recorded."""
        key = next((key for key, room in self.resources.items() if room["id"] == resource_id), "")
        if not key:
            return False
        moves = {"left": self._leave, "joined": self._join}
        actions = {"ended": self._end, "deleted": self._delete}
        if request["what"] == "recorded":
            base_url = str(request.get("base_url", "https://recordings.example"))
            file = call_recording(self.files.add(request), base_url)
            self._send(key, "call.recording_ready", call_recording=file)
        elif request["what"].startswith("broadcast_"):
            self.broadcasts.trigger(key, self.resources[key], request)
        elif request["what"] in moves:
            moves[request["what"]](key, self.resources[key], request)
        elif request["what"] in actions:
            actions[request["what"]](key, self.resources[key])
        else:
            raise ValueError("recorded, broadcast_…, " + ", ".join([*moves, *actions]))
        return True

    def live_ids(self) -> list[str]:
        return [room["id"] for room in self.resources.values() if not room["ended_at"]]

    def live_streams(self) -> list[str]:
        return self.broadcasts.running()

    def _leave(self, key: str, room: dict[str, Any], request: dict[str, Any]) -> None:
        """The last one who leaves ends the session, not the call, which may have another session."""
        self._remove(key, room, str(request.get("identity", "")))
        if not participants.present(room) and end_session(room):
            self._send(key, "call.session_ended", session_id=room["session"]["id"])

    def _remove(self, key: str, room: dict[str, Any], identity: str = "") -> None:
        for stay in participants.leave(room, identity):
            self._send(key, "call.session_participant_left", **participants.left_fields(stay))

    def _join(self, key: str, room: dict[str, Any], request: dict[str, Any]) -> None:
        if not room["current_session_id"]:
            room["current_session_id"] = str(uuid.uuid4())
            room["session"] = {"id": room["current_session_id"], "started_at": time.time_ns()}
            room["session"]["ended_at"] = None
            self._send(key, "call.session_started", session_id=room["current_session_id"])
        stay = participants.join(room, str(request.get("identity", "guest")), str(request.get("name", "")))
        self._send(key, "call.session_participant_joined", **participants.joined_fields(stay))

    def _end(self, key: str, room: dict[str, Any]) -> None:
        room["ended_at"] = time.time_ns()
        self.broadcasts.end_all(key, room)
        had_session = end_session(room)
        self._remove(key, room)
        self._send(key, "call.ended", *(["call.session_ended"] if had_session else []))

    def _delete(self, key: str, room: dict[str, Any]) -> None:
        self._send(key, "call.deleted")
        del self.resources[key]

    def _send(self, key: str, *events: str, **fields: Any) -> None:  # noqa: ANN401 - fields of the event
        """Send events to the webhook of the room's app, if it has one."""
        app = self.sandbox.callbacks.apps.get(key.partition("/")[0])
        if app is not None:
            room = self.resources[key]
            self.sandbox.callbacks.send(*(getstream_event(app, event, room, **fields) for event in events))

    def authenticate(self, request: web.Request) -> Reply | None:
        """A JWT without "Bearer", signed with the app's secret if that is known; the api_key in the query."""
        secret = self.sandbox.secrets.get(request.query.get("api_key", ""))
        try:
            decode_token(request.headers.get("Authorization", ""), secret)
        except jwt.InvalidSignatureError:
            return self.error(401, 43, "Token signature is invalid")
        except jwt.PyJWTError:
            return self.error(401, 5, "token is not a valid JWT")
        if not request.query.get("api_key") or request.headers.get("stream-auth-type") != "jwt":
            return self.error(401, 2, "api_key not found")
        return None

    def unknown_address(self, request: web.Request) -> Reply:
        return self.error(404, 16, f"{request.method} {request.path} is not an endpoint")

    def _not_found(self) -> Reply:
        return self.error(404, 16, "can't find call")

    def error(self, status: int, code: int = 0, message: str = "") -> Reply:
        if status == 409:  # the fault "already_ended"
            status, code, message = 400, 4, "call has already ended"
        code = code or {401: 5, 429: 9}.get(status, -1)
        body = {"code": code, "message": message or ERROR_NAMES.get(code, "Error"), "StatusCode": status}
        return Reply(status, body | {"duration": "0.00ms", "more_info": "", "details": []})


def _key(request: web.Request) -> str:
    return f"{request.query.get('api_key')}/{request.match_info['type']}:{request.match_info['id']}"
