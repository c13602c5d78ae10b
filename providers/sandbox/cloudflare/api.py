"""Cloudflare RealtimeKit's REST API: apps, meetings, livestreams, webhooks.

Source: developers.cloudflare.com/api/resources/realtime_kit. An account and an app exist once they are named;
any token is accepted until one is set for the account (POST /_sandbox/secrets).
"""

import uuid
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from providers.sandbox.cloudflare.callbacks import Webhooks
from providers.sandbox.cloudflare.livestreams import Livestreams
from providers.sandbox.cloudflare.recordings import RtmpRecordings
from providers.sandbox.cloudflare.resources import (
    Resource,
    gateway_error,
    new_meeting,
    now,
    ok,
    own_error,
    page,
    public,
)
from providers.sandbox.vendor import Reply, Sandbox, Vendor, json_object, store_bounded


class CloudflareApi(Vendor):
    """The meetings of all apps, in memory, by id."""

    name = "cloudflare"
    path_prefix = "/client/v4/"

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.webhooks = Webhooks(sandbox.callbacks)
        self.livestreams = Livestreams(self.resources, self._changed)
        self.recordings = RtmpRecordings(self.resources, self.handler)
        self._apps: dict[str, list[Resource]] = {}

    def routes(self) -> Sequence[web.RouteDef]:
        kit = "/client/v4/accounts/{account}/realtime/kit"
        app, streams = f"{kit}/{{app}}", self.livestreams
        meeting, livestream = f"{app}/meetings/{{id}}", f"{app}/livestreams/{{livestream}}"
        make = self.handler
        return [
            web.get("/.well-known/webhooks.json", self.webhooks.published_key),
            web.post(f"{kit}/apps", make("create_app", self.create_app)),
            web.get(f"{kit}/apps", make("list_apps", self.list_apps)),
            web.post(f"{app}/meetings", make("create_meeting", self.create_meeting)),
            web.get(f"{app}/meetings", make("list_meetings", self.list_meetings)),
            web.get(meeting, make("get_meeting", self.get_meeting)),
            web.patch(meeting, make("change_meeting", self.change_meeting)),
            web.put(meeting, make("change_meeting", self.change_meeting)),
            web.post(f"{meeting}/livestreams", make("start_livestream", streams.start)),
            web.get(f"{meeting}/livestream", make("list_livestreams", streams.of_meeting)),
            web.get(f"{meeting}/active-livestream", make("get_active_livestream", streams.get_active)),
            web.post(f"{meeting}/active-livestream/stop", make("stop_livestream", streams.stop)),
            web.post(f"{app}/livestreams", make("start_livestream", streams.start_independent)),
            web.get(f"{app}/livestreams", make("list_livestreams", streams.list_all)),
            web.get(
                f"{app}/livestreams/sessions/{{session}}", make("get_livestream_session", streams.session)
            ),
            web.get(livestream, make("get_livestream", streams.get)),
            web.get(
                f"{livestream}/active-livestream-session", make("get_livestream", streams.active_session)
            ),
            web.get(f"{app}/analytics/livestreams/overall", make("analytics", streams.overall)),
            web.get(f"{app}/analytics/livestreams/daywise", make("analytics", streams.daywise)),
            *self.recordings.routes(app),
            web.post(f"{app}/webhooks", make("create_webhook", self.webhooks.create)),
            web.get(f"{app}/webhooks", make("list_webhooks", self.webhooks.list_all)),
            web.delete(f"{app}/webhooks/{{webhook}}", make("delete_webhook", self.webhooks.delete)),
        ]

    def create_app(self, request: web.Request, body: bytes) -> Reply:
        """Nested in `app`, other than in the list."""
        app = {"id": str(uuid.uuid4()), "name": str(json_object(body).get("name", "")), "created_at": now()}
        self._apps.setdefault(request.match_info["account"], []).append(app)
        return ok({"app": app}, 201, effect=True, resource=app["id"])

    def list_apps(self, request: web.Request, body: bytes) -> Reply:
        return page(self._apps.get(request.match_info["account"], []), request.query)

    def create_meeting(self, request: web.Request, body: bytes) -> Reply:
        place = request.match_info
        meeting = new_meeting(place["account"], place["app"], json_object(body))
        store_bounded(self.resources, meeting["id"], meeting)
        return ok(public(meeting), 201, effect=True, resource=meeting["id"])

    def list_meetings(self, request: web.Request, body: bytes) -> Reply:
        """`search`: part of a title, or an id."""
        place, wanted = request.match_info, request.query.get("search", "").lower()
        found = [
            each
            for each in self.resources.values()
            if (each["_account"], each["_app"]) == (place["account"], place["app"])
            and (wanted in str(each["title"]).lower() or wanted == each["id"])
        ]
        return page(found[::-1], request.query)

    def get_meeting(self, request: web.Request, body: bytes) -> Reply:
        meeting = self._meeting(request)
        return ok(public(meeting)) if meeting else self._no_meeting(request)

    def change_meeting(self, request: web.Request, body: bytes) -> Reply:
        meeting = self._meeting(request)
        if meeting is None:
            return self._no_meeting(request)
        fixed = ("id", "created_at", "updated_at")
        meeting |= {name: value for name, value in json_object(body).items() if name not in fixed}
        meeting["updated_at"] = now()
        return ok(public(meeting), effect=True)

    def _meeting(self, request: web.Request) -> Resource | None:
        place = request.match_info
        found = self.resources.get(place["id"])
        at = (place["account"], place["app"])
        return found if found and (found["_account"], found["_app"]) == at else None

    def _no_meeting(self, request: web.Request) -> Reply:
        return own_error(404, f"No meeting found with id {request.match_info['id']}")

    def _changed(self, livestream: Resource) -> None:
        self.webhooks.livestream_changed(livestream, self.resources.get(livestream["meeting_id"] or "", {}))

    def trigger(self, resource_id: str, request: dict[str, Any]) -> bool:
        """Of a meeting's livestream, or one by its id: live, offline, errored; stuck: a stop has no effect.

        Of a meeting: started (`name`), by somebody else. key_changed: webhooks are signed with another key.
        """
        meeting, what = self.resources.get(resource_id), request["what"]
        livestream = self.livestreams.all.get(resource_id) or self.livestreams.active(resource_id)
        if meeting is None and livestream is None:
            return False
        statuses = {"live": "LIVE", "offline": "IDLE", "errored": "ERRORED"}
        if what == "key_changed":
            self.webhooks.change_key()
        elif what == "started" and meeting:
            self.livestreams.invoke(meeting, request.get("name"))
        elif what == "errored" and (recording := self.recordings.of_meeting(resource_id)):
            self.recordings.end(recording)
        elif what == "stuck" and livestream:
            livestream["_stuck"] = True
        elif what in statuses and livestream:
            self.livestreams.set_status(livestream, statuses[what])
        else:
            raise ValueError("started, live, offline, errored, stuck, key_changed")
        return True

    def live_ids(self) -> Sequence[str]:
        """A meeting is not billed; its livestream is."""
        return ()

    def live_streams(self) -> Sequence[str]:
        return [*self.livestreams.running(), *self.recordings.running()]

    def authenticate(self, request: web.Request) -> Reply | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        secret = self.sandbox.secrets.get(request.match_info["account"])
        if scheme != "Bearer" or not token or (secret is not None and token != secret):
            return gateway_error(403, 10000, "Authentication error")
        return None

    def unknown_address(self, request: web.Request) -> Reply:
        return gateway_error(
            404, 7003, f"Could not route to {request.path}, perhaps your object identifier is invalid?"
        )

    def error(self, status: int) -> Reply:
        if status == 409:  # the fault "already_ended"
            return own_error(404, "No active livestream found")
        if status == 401:
            return gateway_error(401, 10000, "Authentication error")
        return own_error(status, f"error {status}")
