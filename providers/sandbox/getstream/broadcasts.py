"""GetStream's broadcasts of a call over RTMP and HLS (source: getstream.io/video/docs/api/streaming)."""

import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from providers.sandbox.vendor import Reply, Vendor, json_object

Room = dict[str, Any]
HLS = "hls"


class BroadcastsApi:
    """What runs is in a room's `egress`; `send(key, event, **fields)` tells its app."""

    def __init__(self, vendor: Vendor, send: Callable[..., None]) -> None:
        self._vendor, self._send = vendor, send

    def routes(self) -> Sequence[web.RouteDef]:
        call, handler = "/api/v2/video/call/{type}/{id}", self._handler
        return [
            web.post(f"{call}/rtmp_broadcasts", handler("start_rtmp", self.start_rtmp)),
            web.post(f"{call}/rtmp_broadcasts/stop", handler("stop_rtmp", self.stop_all_rtmp)),
            web.post(f"{call}/rtmp_broadcasts/{{name}}/stop", handler("stop_rtmp", self.stop_rtmp)),
            web.post(f"{call}/start_broadcasting", handler("start_hls", self.start_hls)),
            web.post(f"{call}/stop_broadcasting", handler("stop_hls", self.stop_hls)),
        ]

    def _handler(self, operation: str, act: Callable[[web.Request, str, Room, bytes], Reply]) -> Any:  # noqa: ANN401
        """A handler of an operation on a room that exists and has not ended."""

        def on_room(request: web.Request, body: bytes) -> Reply:
            place = request.match_info
            key = f"{request.query.get('api_key')}/{place['type']}:{place['id']}"
            room = self._vendor.resources.get(key)
            if room is None:
                return _error(404, 16, "can't find call")
            if room["ended_at"]:
                return _error(400, 4, "call has already ended")
            return act(request, key, room, body)

        return self._vendor.handler(operation, on_room)

    def start_rtmp(self, request: web.Request, key: str, room: Room, body: bytes) -> Reply:
        """Some targets, each under a name of its own among those that run."""
        wanted = json_object(body).get("broadcasts") or []
        running = {each["name"] for each in _egress(room)["rtmps"]}
        names = [each.get("name") for each in wanted]
        if not wanted or not all(each.get("name") and each.get("stream_url") for each in wanted):
            return _error(400, 4, "broadcasts: name and stream_url are required")
        if running & set(names) or len(set(names)) < len(names):
            return _error(400, 4, "a broadcast of this name is running")
        for each in wanted:
            self.begin(key, room, each)
        return _done()

    def begin(self, key: str, room: Room, fields: dict[str, Any]) -> None:
        """One target."""
        target = {"stream_url": fields.get("stream_url", ""), "stream_key": fields.get("stream_key", "")}
        started = {"name": fields["name"], "started_at": time.time_ns()} | target
        _egress(room)["rtmps"].append(started)
        self._send(key, "call.rtmp_broadcast_started", name=fields["name"])

    def stop_rtmp(self, request: web.Request, key: str, room: Room, body: bytes) -> Reply:
        name = request.match_info["name"]
        if not any(each["name"] == name for each in _egress(room)["rtmps"]):
            return _error(400, 4, "egress is not running")
        if name not in room.get("_stuck", ()):
            self._end(key, room, name, "stopped")
        return _done()

    def stop_all_rtmp(self, request: web.Request, key: str, room: Room, body: bytes) -> Reply:
        names = [each["name"] for each in _egress(room)["rtmps"]]
        for name in names:
            self._end(key, room, name, "stopped")
        return Reply(201, {"duration": "1.00ms"}, effect=bool(names))

    def start_hls(self, request: web.Request, key: str, room: Room, body: bytes) -> Reply:
        egress = _egress(room)
        if egress["hls"]:
            return _error(400, 4, "call is already broadcasting")
        url = f"https://video.sandbox.example/{uuid.uuid4()}/hls/playlist.m3u8"
        egress |= {"broadcasting": True, "hls": {"playlist_url": url, "status": "running"}}
        self._send(key, "call.hls_broadcasting_started", hls_playlist_url=url)
        return Reply(201, {"playlist_url": url, "duration": "1.00ms"}, effect=True)

    def stop_hls(self, request: web.Request, key: str, room: Room, body: bytes) -> Reply:
        if not _egress(room)["hls"]:
            return _error(400, 4, "egress is not running")
        self._end(key, room, HLS, "stopped")
        return Reply(201, {"message": "stopped", "duration": "1.00ms"}, effect=True)

    def end_all(self, key: str, room: Room) -> None:
        """A call is over, and so are its broadcasts."""
        for name in _running(room):
            self._end(key, room, name, "stopped")

    def trigger(self, key: str, room: Room, request: dict[str, Any]) -> None:
        """broadcast_started (`name`), by somebody else; broadcast_failed, _stuck: of that `name`, or all."""
        what = request["what"].removeprefix("broadcast_")
        if what == "started":
            self.begin(key, room, {"name": str(request.get("name") or uuid.uuid4().hex)})
            return
        for name in [request["name"]] if request.get("name") else _running(room):
            if what == "stuck":
                room.setdefault("_stuck", []).append(name)
            else:
                self._end(key, room, name, "failed")

    def running(self) -> list[str]:
        rooms = self._vendor.resources.values()
        return [f"{room['id']}/{name}" for room in rooms for name in _running(room)]

    def _end(self, key: str, room: Room, name: str, how: str) -> None:
        egress = _egress(room)
        if name == HLS:
            egress |= {"broadcasting": False, "hls": None}
            self._send(key, f"call.hls_broadcasting_{how}")
        else:
            egress["rtmps"] = [each for each in egress["rtmps"] if each["name"] != name]
            self._send(key, f"call.rtmp_broadcast_{how}", name=name)


def _egress(room: Room) -> dict[str, Any]:
    egress: dict[str, Any] = {"broadcasting": False, "rtmps": [], "hls": None} | room["egress"]
    room["egress"] = egress
    return egress


def _running(room: Room) -> list[str]:
    egress = _egress(room)
    return [*(each["name"] for each in egress["rtmps"]), *([HLS] if egress["hls"] else [])]


def _error(status: int, code: int, message: str) -> Reply:
    body = {"code": code, "message": message, "StatusCode": status}
    return Reply(status, body | {"duration": "0.00ms", "more_info": "", "details": []})


def _done() -> Reply:
    return Reply(201, {"duration": "1.00ms"}, effect=True)
