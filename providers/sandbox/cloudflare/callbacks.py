"""RealtimeKit's webhooks: registered, signed and sent as it does.

Source: developers.cloudflare.com/realtime/realtimekit/webhooks. Names are in camel case, other than in REST.
"""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from providers.sandbox.callback_queue import CallbackQueue, OutgoingEvent
from providers.sandbox.cloudflare.resources import Resource, now, ok, own_error
from providers.sandbox.vendor import Reply, json_object

STATUS_UPDATE = "livestreaming.statusUpdate"
MAX_ATTEMPTS = 3
# What a webhook calls a livestream that is over.
STATUSES = {"IDLE": "OFFLINE"}


class Webhooks:
    """The webhooks of all apps, and the key that signs them."""

    def __init__(self, queue: CallbackQueue) -> None:
        self._queue = queue
        self._hooks: dict[str, Resource] = {}

    @cached_property
    def key(self) -> RSAPrivateKey:
        return generate_private_key(65537, 2048)

    def change_key(self) -> None:
        """Sign with another key from now on."""
        self.__dict__.pop("key", None)

    async def published_key(self, request: web.Request) -> web.Response:
        """/.well-known/webhooks.json of Cloudflare's host."""
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        return web.json_response({"success": True, "data": {"publicKey": pem}, "message": ""})

    def create(self, request: web.Request, body: bytes) -> Reply:
        fields = json_object(body)
        if missing := [name for name in ("name", "url", "events") if not fields.get(name)]:
            return own_error(400, f"BAD_REQUEST: {missing[0]} is required")
        at, id = now(), str(uuid.uuid4())
        hook = {"id": id, "enabled": True, **fields, "created_at": at, "updated_at": at}
        self._hooks[id] = hook | {"_app": request.match_info["app"]}
        return ok(hook, effect=True, resource=id)

    def list_all(self, request: web.Request, body: bytes) -> Reply:
        return ok([_shown(each) for each in self._of(request.match_info["app"])])

    def delete(self, request: web.Request, body: bytes) -> Reply:
        hook = self._hooks.pop(request.match_info["webhook"], None)
        return ok(_shown(hook), effect=True) if hook else own_error(404, "No webhook found")

    def livestream_changed(self, livestream: Mapping[str, Any], meeting: Mapping[str, Any]) -> None:
        """Send livestreaming.statusUpdate to those of the app that want it."""
        document = {
            "event": STATUS_UPDATE,
            "streamId": livestream["id"],
            "status": STATUSES.get(livestream["status"], livestream["status"]),
            "manualIngest": livestream["meeting_id"] is None,
            "playbackUrl": livestream["playback_url"],
            "ingestServer": livestream["ingest_server"],
            "streamKey": livestream["stream_key"],
        }
        if meeting:
            document["meeting"] = {
                "id": meeting["id"],
                "title": meeting["title"],
                "createdAt": meeting["created_at"],
                "roomName": meeting["id"],
                "status": "LIVE",
                "organizedBy": {"id": livestream["_app"], "name": "sandbox"},
            }
        urls = [each["url"] for each in self._of(livestream["_app"]) if _wants(each)]
        registered = self._queue.apps.get(livestream["_app"])
        for url in [*urls, *([registered["url"]] if registered else [])]:
            self._queue.send(self._signed(document, url, livestream["meeting_id"] or livestream["id"]))

    def _signed(self, document: Mapping[str, Any], url: str, resource: str) -> OutgoingEvent:
        body = json.dumps(document).encode()
        headers = {
            "Content-Type": "application/json",
            "rtk-signature": base64.b64encode(self.key.sign(body, PKCS1v15(), SHA256())).decode(),
            "rtk-uuid": str(uuid.uuid4()),
            "rtk-webhook-id": str(uuid.uuid4()),
        }
        return OutgoingEvent(document["event"], resource, url, headers, body, tries=MAX_ATTEMPTS)

    def _of(self, app: str) -> Sequence[Resource]:
        return [each for each in self._hooks.values() if each["_app"] == app]


def _wants(hook: Mapping[str, Any]) -> bool:
    return bool(hook["enabled"]) and STATUS_UPDATE in hook["events"]


def _shown(hook: Mapping[str, Any]) -> Resource:
    return {name: value for name, value in hook.items() if not name.startswith("_")}
