"""RealtimeKit's recordings, as far as they go to an RTMP address: no files are made."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web

from providers.sandbox.cloudflare.resources import Resource, now, ok, own_error, page, public
from providers.sandbox.vendor import Reply, json_object, store_bounded

# Seconds from the start until it is recording, and from the stop until it is over.
DELAY = 0.2
RUNNING = ("INVOKED", "RECORDING", "PAUSED")


class RtmpRecordings:
    """Those of all apps, by id."""

    def __init__(self, meetings: dict[str, Resource], make: Callable[..., Any]) -> None:
        self._meetings, self._make = meetings, make
        self.all: dict[str, Resource] = {}

    def routes(self, app: str) -> Sequence[web.RouteDef]:
        one = f"{app}/recordings/{{recording}}"
        return [
            web.post(f"{app}/recordings", self._make("start_recording", self.start, _meeting_id)),
            web.get(f"{app}/recordings", self._make("list_recordings", self.list_all)),
            web.get(one, self._make("get_recording", self.get)),
            web.put(one, self._make("stop_recording", self.act)),
        ]

    def start(self, request: web.Request, body: bytes) -> Reply:
        fields, place = json_object(body), request.match_info
        meeting = self._meetings.get(str(fields.get("meeting_id")))
        if meeting is None or meeting["_app"] != place["app"]:
            return own_error(404, "No meeting found")
        if not (fields.get("rtmp_out_config") or {}).get("rtmp_url"):
            return own_error(400, "BAD_REQUEST: the sandbox records to rtmp_out_config only")
        recording = {
            "id": str(uuid.uuid4()),
            "status": "INVOKED",
            "output_file_name": f"{fields.get('file_name_prefix', 'recording')}_{meeting['id']}.mp4",
            "invoked_time": now(),
            "started_time": None,
            "stopped_time": None,
            "_app": place["app"],
            "_meeting": meeting["id"],
        }
        store_bounded(self.all, recording["id"], recording)
        _later(self._become, recording, "INVOKED", "RECORDING")
        return ok(public(recording), 201, effect=True, resource=meeting["id"])

    def list_all(self, request: web.Request, body: bytes) -> Reply:
        meeting = request.query.get("meeting_id")
        own = [each for each in self.all.values() if each["_app"] == request.match_info["app"]]
        return page([each for each in own if meeting in (None, each["_meeting"])][::-1], request.query)

    def get(self, request: web.Request, body: bytes) -> Reply:
        recording = self.all.get(request.match_info["recording"])
        return ok(public(recording)) if recording else own_error(404, "No recording found")

    def act(self, request: web.Request, body: bytes) -> Reply:
        """`action`: stop."""
        recording = self.all.get(request.match_info["recording"])
        if recording is None:
            return own_error(404, "No recording found")
        if json_object(body).get("action") != "stop" or recording["status"] not in RUNNING:
            return own_error(400, f"BAD_REQUEST: a recording that is {recording['status']} cannot be stopped")
        self._become(recording, recording["status"], "UPLOADING")
        _later(self._become, recording, "UPLOADING", "UPLOADED")
        return ok(public(recording), effect=True, resource=recording["_meeting"])

    def end(self, recording: Resource) -> None:
        self._become(recording, recording["status"], "ERRORED")

    def of_meeting(self, meeting_id: str) -> Resource | None:
        """The one of this meeting that runs."""
        own = (each for each in self.all.values() if each["_meeting"] == meeting_id)
        return next((each for each in own if each["status"] in RUNNING), None)

    def running(self) -> list[str]:
        return [id for id, each in self.all.items() if each["status"] in RUNNING]

    def _become(self, recording: Resource, before: str, status: str) -> None:
        if recording["status"] == before:
            recording["status"] = status
            recording["started_time" if status == "RECORDING" else "stopped_time"] = now()


def _meeting_id(_: web.Request, body: bytes) -> str:
    return str(json_object(body).get("meeting_id", ""))


def _later(act: Callable[..., None], *arguments: Any) -> None:  # noqa: ANN401 - those of `act`
    asyncio.get_running_loop().call_later(DELAY, act, *arguments)
