"""RealtimeKit's livestreams: a meeting has one at a time. Source: the package `cloudflare` 5.9.0, its types.

What it answers where nothing is active is published nowhere; here it is RealtimeKit's own 404, as for a
meeting's active session.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web

from providers.sandbox.cloudflare.resources import (
    RUNNING,
    Resource,
    new_livestream,
    now,
    ok,
    own_error,
    page,
    public,
)
from providers.sandbox.vendor import Reply, json_object, store_bounded

# Seconds from the start of a livestream until it is live.
LIVE_AFTER = 0.2


class Livestreams:
    """Those of all apps, by id; `changed` tells the app's webhooks."""

    def __init__(self, meetings: dict[str, Resource], changed: Callable[[Resource], None]) -> None:
        self.meetings, self._changed = meetings, changed
        self.all: dict[str, Resource] = {}

    def start(self, request: web.Request, body: bytes) -> Reply:
        meeting = self._meeting(request)
        if meeting is None:
            return _no_meeting(request)
        if self.active(meeting["id"]) is not None:
            return own_error(400, "BAD_REQUEST: the meeting is being livestreamed already")
        return self._started(self.invoke(meeting, json_object(body).get("name")), meeting["id"])

    def start_independent(self, request: web.Request, body: bytes) -> Reply:
        place = request.match_info
        livestream = new_livestream(place["account"], place["app"], None, json_object(body).get("name"))
        store_bounded(self.all, livestream["id"], livestream)
        return self._started(livestream, livestream["id"])

    def _started(self, livestream: Resource, resource: str) -> Reply:
        shown = (
            "id",
            "name",
            "status",
            "meeting_id",
            "ingest_server",
            "stream_key",
            "playback_url",
            "disabled",
        )
        data = {name: livestream[name] for name in shown}
        return ok(data, 201, effect=True, resource=resource)

    def invoke(self, meeting: Resource, name: object) -> Resource:
        """A new livestream of a meeting, which is live a moment later."""
        livestream = new_livestream(meeting["_account"], meeting["_app"], meeting["id"], name)
        store_bounded(self.all, livestream["id"], livestream)
        asyncio.get_running_loop().call_later(LIVE_AFTER, self._go_live, livestream)
        return livestream

    def _go_live(self, livestream: Resource) -> None:
        if livestream["status"] == "INVOKED":
            self.set_status(livestream, "LIVE")

    def set_status(self, livestream: Resource, status: str) -> None:
        """LIVE, IDLE (over) or ERRORED; the webhooks of the app are told."""
        session, at = livestream["_session"], now()
        livestream |= {"status": status, "updated_at": at}
        session |= {"updated_at": at, "started_time" if status == "LIVE" else "stopped_time": at}
        self._changed(livestream)

    def stop(self, request: web.Request, body: bytes) -> Reply:
        """One that is stuck answers in the same way, and runs on."""
        meeting = self._meeting(request)
        livestream = self.active(meeting["id"]) if meeting else None
        if livestream is None:
            return _nothing_active(request)
        if not livestream["_stuck"]:
            self.set_status(livestream, "IDLE")
        return ok({"message": "Stopped live stream successfully"}, effect=not livestream["_stuck"])

    def get_active(self, request: web.Request, body: bytes) -> Reply:
        meeting = self._meeting(request)
        livestream = self.active(meeting["id"]) if meeting else None
        return ok(public(livestream)) if livestream else _nothing_active(request)

    def of_meeting(self, request: web.Request, body: bytes) -> Reply:
        meeting = self._meeting(request)
        if meeting is None:
            return _no_meeting(request)
        found = [each for each in self.all.values() if each["meeting_id"] == meeting["id"]]
        return page(found[::-1], request.query)

    def list_all(self, request: web.Request, body: bytes) -> Reply:
        found = self.of_app(request)
        if status := request.query.get("status"):
            found = [each for each in found if each["status"] == status]
        return page(found if request.query.get("sort_order") == "ASC" else found[::-1], request.query)

    def get(self, request: web.Request, body: bytes) -> Reply:
        found = self._find(request)
        if found is None:
            return own_error(404, f"No livestream found with id {request.match_info['livestream']}")
        return ok({"livestream": public(found), "sessions": [found["_session"]]})

    def active_session(self, request: web.Request, body: bytes) -> Reply:
        found = self._find(request)
        if found is None or found["status"] not in RUNNING:
            return own_error(404, f"No active session of livestream {request.match_info['livestream']}")
        return ok({"livestream": public(found), "session": found["_session"]})

    def session(self, request: web.Request, body: bytes) -> Reply:
        wanted = request.match_info["session"]
        found = next(
            (each["_session"] for each in self.of_app(request) if each["_session"]["id"] == wanted), None
        )
        return ok({"session": found}) if found else own_error(404, f"No livestream session with id {wanted}")

    def overall(self, request: web.Request, body: bytes) -> Reply:
        totals = {"count": len(self.of_app(request)), "total_ingest_seconds": 0, "total_viewer_seconds": 0}
        return ok(totals)

    def daywise(self, request: web.Request, body: bytes) -> Reply:
        days = Counter(each["created_at"][:10] for each in self.of_app(request))
        idle = {"total_ingest_seconds": 0, "total_viewer_seconds": 0}
        return ok([{"date": day, "count": count, **idle} for day, count in sorted(days.items())])

    def active(self, meeting_id: str) -> Resource | None:
        of_meeting = (each for each in self.all.values() if each["meeting_id"] == meeting_id)
        return next((each for each in of_meeting if each["status"] in RUNNING), None)

    def running(self) -> list[str]:
        return [id for id, each in self.all.items() if each["status"] in RUNNING]

    def of_app(self, request: web.Request) -> list[Any]:
        return [each for each in self.all.values() if _is_at(each, request)]

    def _find(self, request: web.Request) -> Resource | None:
        found = self.all.get(request.match_info["livestream"])
        return found if found and _is_at(found, request) else None

    def _meeting(self, request: web.Request) -> Resource | None:
        found = self.meetings.get(request.match_info["id"])
        return found if found and _is_at(found, request) else None


def _is_at(resource: Resource, request: web.Request) -> bool:
    """Whether it belongs to the account and app of the address."""
    place = request.match_info
    return (resource["_account"], resource["_app"]) == (place["account"], place["app"])


def _no_meeting(request: web.Request) -> Reply:
    return own_error(404, f"No meeting found with id {request.match_info['id']}")


def _nothing_active(request: web.Request) -> Reply:
    return own_error(404, f"No active livestream found for meeting {request.match_info['id']}")
