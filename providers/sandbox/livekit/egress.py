"""LiveKit's egress service: a room to RTMP targets or HLS, with its events.

Source: github.com/livekit/livekit, pkg/service/egress.go, and livekit_egress.proto. An egress is active a
moment after it was started, and over a moment after it was stopped; its targets are shown without keys.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from providers.sandbox.vendor import Reply, store_bounded

Fields = dict[str, Any]
# Seconds from a start until it is active, and from a stop until it is complete.
DELAY = 0.2
RUNNING = ("EGRESS_STARTING", "EGRESS_ACTIVE", "EGRESS_ENDING")
ENDS = {"failed": "EGRESS_FAILED", "aborted": "EGRESS_ABORTED", "limit_reached": "EGRESS_LIMIT_REACHED"}
OUTPUTS = ("stream_outputs", "segment_outputs", "file_outputs", "stream", "segments", "file")


class Egresses:
    """Those of all servers, by id; `send(server, event, info)` tells a server's webhook."""

    def __init__(self, rooms: Mapping[str, Fields], send: Callable[[str, str, Fields], None]) -> None:
        self._rooms, self._send = rooms, send
        self.all: dict[str, Fields] = {}

    def start(self, server: str, fields: Fields) -> Reply:
        room = self._rooms.get(f"{server}/{fields.get('room_name')}")
        if room is None:
            return _error(404, "not_found", "requested room does not exist")
        if not any(fields.get(name) for name in OUTPUTS):
            return _error(400, "invalid_argument", "missing or unsupported output")
        return Reply(200, shown(self.begin(server, room, fields)), effect=True)

    def begin(self, server: str, room: Fields, request: Fields) -> Fields:
        """A new egress of a room, which is active a moment later."""
        info = {
            "egress_id": f"EG_{secrets.token_hex(6)}",
            "room_id": room["sid"],
            "room_name": room["name"],
            "status": "EGRESS_STARTING",
            "started_at": str(time.time_ns()),
            "ended_at": "0",
            "updated_at": str(time.time_ns()),
            "error": "",
            "room_composite": {
                "room_name": room["name"],
                "layout": request.get("layout", ""),
                "stream_outputs": [_masked(each) for each in request.get("stream_outputs") or []],
                "segment_outputs": request.get("segment_outputs") or [],
            },
            "_server": server,
            "_orphan": False,
        }
        store_bounded(self.all, info["egress_id"], info)
        self._send(server, "egress_started", shown(info))
        _later(self._become, info, "EGRESS_STARTING", "EGRESS_ACTIVE")
        return info

    def stop(self, server: str, fields: Fields) -> Reply:
        info = self._find(server, fields)
        if info is None:
            return _error(404, "not_found", "egress does not exist")
        if info["_orphan"]:
            return _error(503, "unavailable", "no response from servers")
        if info["status"] not in RUNNING:
            return _error(
                412, "failed_precondition", f"egress with status {info['status']} cannot be stopped"
            )
        if info["status"] == "EGRESS_ENDING":
            return Reply(200, shown(info))
        end = "EGRESS_ABORTED" if info["status"] == "EGRESS_STARTING" else "EGRESS_COMPLETE"
        self._become(info, info["status"], "EGRESS_ENDING")
        _later(self._become, info, "EGRESS_ENDING", end)
        return Reply(200, shown(info), effect=True)

    def list_all(self, server: str, fields: Fields) -> Reply:
        """By room, by id, or those that run; in one page."""
        found = [
            info
            for info in self.all.values()
            if info["_server"] == server
            and fields.get("room_name") in (None, "", info["room_name"])
            and fields.get("egress_id") in (None, "", info["egress_id"])
            and (not fields.get("active") or info["status"] in RUNNING)
        ]
        return Reply(200, {"items": [shown(info) for info in found]})

    def room_of(self, fields: Fields) -> str:
        """The room that a request is about."""
        named = fields.get("room_name") or self.all.get(str(fields.get("egress_id")), {}).get("room_name")
        return str(named or "")

    def end_all(self, server: str, room: str) -> None:
        """A room is over, and so are its egresses."""
        for info in self._of_room(server, room):
            self._become(info, info["status"], "EGRESS_COMPLETE")

    def trigger(self, info: Fields, what: str) -> None:
        """failed, aborted, limit_reached; orphaned: its worker is dead, and the record stays active."""
        if what == "orphaned":
            info["_orphan"] = True
        else:
            self._become(info, info["status"], ENDS[what])

    def running(self) -> list[str]:
        return [id for id, info in self.all.items() if info["status"] in RUNNING and not info["_orphan"]]

    def latest(self, room: str) -> Fields | None:
        """The one of this room that runs."""
        return next((info for info in self.all.values() if _runs_in(info, room)), None)

    def _of_room(self, server: str, room: str) -> list[Fields]:
        return [info for info in self.all.values() if info["_server"] == server and _runs_in(info, room)]

    def _become(self, info: Fields, before: str, status: str) -> None:
        if info["status"] != before or info["_orphan"]:
            return
        now = str(time.time_ns())
        info |= {"status": status, "updated_at": now}
        if status not in RUNNING:
            info["ended_at"] = now
        event = "egress_updated" if status in RUNNING else "egress_ended"
        self._send(info["_server"], event, shown(info))

    def _find(self, server: str, fields: Fields) -> Fields | None:
        info = self.all.get(str(fields.get("egress_id")))
        return info if info and info["_server"] == server else None


def shown(info: Mapping[str, Any]) -> Fields:
    """An EgressInfo."""
    return {name: value for name, value in info.items() if not name.startswith("_")}


def _runs_in(info: Mapping[str, Any], room: str) -> bool:
    return info["room_name"] == room and info["status"] in RUNNING


def _masked(output: Mapping[str, Any]) -> Fields:
    """The key at the end of a target, as the server shows it: {abc...xyz}."""
    urls = [re.sub(r"([^/]+)$", _mask, url) for url in output.get("urls") or []]
    return dict(output) | {"urls": urls}


def _mask(key: re.Match[str]) -> str:
    return f"{{{key[1][:3]}...{key[1][-3:]}}}"


def _later(act: Callable[..., None], *arguments: Any) -> None:  # noqa: ANN401 - those of `act`
    asyncio.get_running_loop().call_later(DELAY, act, *arguments)


def _error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"code": code, "msg": message})
