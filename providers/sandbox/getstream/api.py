"""GetStream Video's side of the wire: calls of its server API (source: getstream.io/video/docs/api)."""

import json
import time
import uuid
from typing import Any

import jwt
from aiohttp import web

from providers.sandbox.callbacks import getstream_event
from providers.sandbox.faults import Reply, Sandbox, store_bounded
from providers.sandbox.recordings import Recordings, to_getstream

ERROR_NAMES = {4: "InputError", 5: "AuthFailed", 9: "RateLimited", 16: "DoesNotExist", -1: "InternalError"}


def routes(sandbox: Sandbox) -> list[web.RouteDef]:
    """The addresses of this vendor."""
    stream = GetStreamApi(sandbox)
    sandbox.hooks.happeners.append(stream.happen)
    call = "/api/v2/video/call/{type}/{id}"
    return [
        web.post(call, stream.answer("open_room", stream.open)),
        web.get(call, stream.answer("get_room", stream.get)),
        web.post(f"{call}/mark_ended", stream.answer("end_room", stream.end)),
        web.post(f"{call}/delete", stream.answer("delete_room", stream.delete)),
        web.patch(call, stream.answer("change_room", stream.change)),
        web.post(f"{call}/go_live", stream.answer("go_live", stream.go_live)),
        web.get(f"{call}/recordings", stream.answer("list_recordings", stream.recordings)),
        web.post("/api/v2/video/calls", stream.answer("list_rooms", stream.query)),
    ]


class GetStreamApi:
    """The rooms of all apps, in memory."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.rooms: dict[str, dict[str, Any]] = sandbox.store.setdefault("getstream", {})
        self.sandbox = sandbox
        self.files = Recordings(sandbox)

    def answer(self, operation: str, act: Any) -> Any:  # noqa: ANN401 - an aiohttp handler
        return self.sandbox.handler("getstream", operation, act, self._refusal, self._error)

    def open(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401 - the body as sent
        name = self._name(request)
        known = name in self.rooms
        if not known:
            store_bounded(self.rooms, name, self._fresh(request, _parse_json(body).get("data") or {}))
            self._tell(name, "call.created")
        return Reply(201, self._whole(self.rooms[name]) | {"created": not known}, effect=not known)

    def get(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401
        room = self.rooms.get(self._name(request))
        return Reply(200, self._whole(room)) if room else self._gone()

    def end(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401
        """Ending an ended call answers 400: the vendor's answer is unknown, a sibling operation's is this."""
        room = self.rooms.get(self._name(request))
        if room is None:
            return self._gone()
        if room["ended_at"]:
            return self._error(400, 4, "call has already ended")
        self._end(self._name(request), room)
        return Reply(201, {"duration": "1.00ms"}, effect=True)

    def delete(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401
        name = self._name(request)
        if name not in self.rooms:
            return self._gone()
        self._tell(name, "call.deleted")
        room = self.rooms.pop(name)
        return Reply(201, {"call": room, "duration": "1.00ms"}, effect=True)

    def change(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401
        """`custom` is replaced as a whole; of the settings only backstage.enabled means anything here."""
        room = self.rooms.get(self._name(request))
        if room is None:
            return self._gone()
        wish = _parse_json(body)
        room |= {name: wish[name] for name in ("custom", "starts_at") if name in wish}
        backstage = wish.get("settings_override", {}).get("backstage", {})
        room["backstage"] = backstage.get("enabled", room["backstage"])
        room["updated_at"] = time.time_ns()
        return Reply(200, self._whole(room), effect=True)

    def go_live(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401
        """It opens an ended call anew as well (GetStream/stream-video-js#900)."""
        room = self.rooms.get(self._name(request))
        if room is None:
            return self._gone()
        room["backstage"], room["ended_at"] = False, None
        self._tell(self._name(request), "call.live_started")
        return Reply(201, self._whole(room), effect=True)

    def recordings(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401
        if self._name(request) not in self.rooms:
            return self._gone()
        base_url = f"{request.scheme}://{request.host}"
        files = [to_getstream(file, base_url) for file in self.files.of(request.match_info["id"])]
        return Reply(200, {"recordings": files, "duration": "1.00ms"})

    def query(self, request: web.Request, body: Any) -> Reply:  # noqa: ANN401
        """Filters known here: ongoing (a session is under way), id. `next` is where the page after begins."""
        wanted = _parse_json(body)
        app = f"{request.query.get('api_key')}/"
        rooms = [room for name, room in self.rooms.items() if name.startswith(app)]
        conditions = wanted.get("filter_conditions") or {}
        if "ongoing" in conditions:
            rooms = [r for r in rooms if bool(r["current_session_id"]) is bool(conditions["ongoing"])]
        if "id" in conditions:
            rooms = [r for r in rooms if r["id"] == conditions["id"]]
        start, size = int(wanted.get("next") or 0), min(int(wanted.get("limit") or 25), 100)
        page = [self._whole(room) for room in rooms[start : start + size]]
        following = str(start + size) if len(rooms) > start + size else None
        return Reply(201, {"calls": page, "next": following, "prev": None, "duration": "1.00ms"})

    def happen(self, room_id: str, wish: dict[str, Any]) -> bool:
        """left, joined: the last one goes, somebody comes; ended, deleted; recorded: a file is ready."""
        name = next((name for name, room in self.rooms.items() if room["id"] == room_id), "")
        if not name:
            return False
        acts = {"left": self._leave, "joined": self._join, "ended": self._end, "deleted": self._delete}
        if wish["what"] == "recorded":
            file = to_getstream(self.files.add(wish), str(wish.get("base_url", "https://recordings.example")))
            self._tell(name, "call.recording_ready", call_recording=file)
        elif wish["what"] in acts:
            acts[wish["what"]](name, self.rooms[name])
        else:
            raise ValueError("recorded, " + ", ".join(acts))
        return True

    def _leave(self, name: str, room: dict[str, Any]) -> None:
        """The session is over; the call is not, and may have another one."""
        if self._close_session(room):
            self._tell(name, "call.session_ended", session_id=room["session"]["id"])

    def _join(self, name: str, room: dict[str, Any]) -> None:
        kinds = ["call.session_participant_joined"]
        if not room["current_session_id"]:
            room["current_session_id"] = str(uuid.uuid4())
            room["session"] = {"id": room["current_session_id"], "started_at": time.time_ns()}
            room["session"]["ended_at"] = None
            kinds.insert(0, "call.session_started")
        self._tell(name, *kinds, session_id=room["current_session_id"])

    def _end(self, name: str, room: dict[str, Any]) -> None:
        room["ended_at"] = time.time_ns()
        was_on = self._close_session(room)
        self._tell(name, "call.ended", *(["call.session_ended"] if was_on else []))

    @staticmethod
    def _close_session(room: dict[str, Any]) -> bool:
        """False if there was none."""
        was_on = bool(room["current_session_id"])
        if was_on:
            room["current_session_id"] = ""
            room["session"] |= {"ended_at": time.time_ns()}
        return was_on

    def _delete(self, name: str, room: dict[str, Any]) -> None:
        self._tell(name, "call.deleted")
        del self.rooms[name]

    def _tell(self, name: str, *kinds: str, **more: Any) -> None:  # noqa: ANN401 - parts of the event
        """Events to the address of the room's app, if it has one."""
        app = self.sandbox.hooks.apps.get(name.partition("/")[0])
        if app is not None:
            self.sandbox.hooks.tell(*(getstream_event(app, kind, self.rooms[name], **more) for kind in kinds))

    @staticmethod
    def _name(request: web.Request) -> str:
        return f"{request.query.get('api_key')}/{request.match_info['type']}:{request.match_info['id']}"

    @staticmethod
    def _fresh(request: web.Request, data: dict[str, Any]) -> dict[str, Any]:
        now = time.time_ns()
        kind, room_id = request.match_info["type"], request.match_info["id"]
        return {
            "id": room_id,
            "type": kind,
            "cid": f"{kind}:{room_id}",
            "created_at": now,
            "updated_at": now,
            "starts_at": data.get("starts_at"),
            "ended_at": None,
            "backstage": kind == "livestream",
            "recording": False,
            "current_session_id": "",  # there is a session once somebody has joined
            "session": None,
            "custom": data.get("custom") or {},
            "created_by": {"id": data.get("created_by_id", "")},
            "blocked_user_ids": [],
            "settings": {},
            "egress": {},
        }

    @staticmethod
    def _whole(room: dict[str, Any]) -> dict[str, Any]:
        return {"call": room, "members": [], "own_capabilities": [], "duration": "1.00ms"}

    def _refusal(self, request: web.Request) -> Reply | None:
        """A JWT without "Bearer", and the api_key in the query. The secret is not known here: form only."""
        token = request.headers.get("Authorization", "")
        try:
            jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError:
            return self._error(401, 5, "token is not a valid JWT")
        if not request.query.get("api_key") or request.headers.get("stream-auth-type") != "jwt":
            return self._error(401, 2, "api_key not found")
        return None

    def _gone(self) -> Reply:
        return self._error(404, 16, "can't find call")

    @staticmethod
    def _error(status: int, code: int = 0, message: str = "") -> Reply:
        if status == 409:  # the fault "already_ended"
            status, code, message = 400, 4, "call has already ended"
        code = code or {401: 5, 429: 9}.get(status, -1)
        body = {"code": code, "message": message or ERROR_NAMES.get(code, "Error"), "StatusCode": status}
        return Reply(status, body | {"duration": "0.00ms", "more_info": "", "details": []})


def _parse_json(body: Any) -> dict[str, Any]:  # noqa: ANN401
    try:
        document = json.loads(body) if body else {}
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
