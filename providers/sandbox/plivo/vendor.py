"""What Plivo's API writes, and Vobiz's in another way: answers, pages, errors, credentials."""

import base64
import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from aiohttp import web

from providers.plivo.signature import Signature
from providers.sandbox.plivo.callbacks import Callbacks
from providers.sandbox.plivo.resources import live_call, stream_resource
from providers.sandbox.vendor import Reply, Vendor

REFUSAL = b"Could not verify your access level for that URL.\nYou have to login with proper credentials"


class PlivoVendor(Vendor, ABC):
    """One of the two companies."""

    name = "plivo"
    root: ClassVar[str] = "/v1/Account"
    path_prefix = "/v1/Account/"
    protocol: ClassVar[Literal["plivo", "vobiz"]] = "plivo"
    callbacks: ClassVar[Callbacks] = Callbacks(Signature("plivo"), signs_form=True)
    default_content_type: ClassVar[str] = "audio/x-l16;rate=8000"
    default_track: ClassVar[str] = "inbound"
    one_stream_per_url: ClassVar[bool] = True
    takes_boolean: ClassVar[bool] = True

    @abstractmethod
    def end(self, call: dict[str, Any], status: str, source: str) -> None:
        """End a call, and its streams."""

    def call(self, request: web.Request) -> dict[str, Any] | None:
        """The call of the path, if it is this account's."""
        call = self.resources.get(request.match_info["sid"])
        return call if call and call["account"] == request.match_info["account"] else None

    def call_made(self, call_uuid: str) -> dict[str, Any]:
        return {"api_id": str(uuid.uuid4()), "message": "call fired", "request_uuid": call_uuid}

    def live_call(self, call: Mapping[str, Any]) -> dict[str, Any]:
        return live_call(call)

    def stream_started(self, stream_id: str) -> dict[str, Any]:
        return {"api_id": str(uuid.uuid4()), "message": "audio streaming started", "stream_id": stream_id}

    def stream_resource(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return stream_resource(row, self.root)

    def page(self, request: web.Request, rows: Sequence[Any]) -> dict[str, Any]:
        """One page of a list."""
        limit, offset = int(request.query.get("limit", 20)), int(request.query.get("offset", 0))
        meta: dict[str, Any] = {
            "limit": limit,
            "offset": offset,
            "next": None,
            "previous": None,
            "total_count": len(rows),
        }
        if offset + limit < len(rows):
            meta["next"] = f"{request.path}?limit={limit}&offset={offset + limit}"
        return {"api_id": str(uuid.uuid4()), "meta": meta, "objects": rows[offset : offset + limit]}

    def credentials_of(self, request: web.Request) -> tuple[str, str]:
        """HTTP Basic."""
        try:
            name, _, token = base64.b64decode(request.headers["Authorization"][6:]).decode().partition(":")
        except (KeyError, ValueError):
            return "", ""
        return name, token

    def authenticate(self, request: web.Request) -> Reply | None:
        """The first token seen for an account is its token."""
        name, token = self.credentials_of(request)
        if not token or name != request.match_info["account"]:
            return self.error(401)
        return None if token == self.sandbox.secrets.setdefault(name, token) else self.error(401)

    def unknown_address(self, request: web.Request) -> Reply:
        return self.error(404)

    def error(self, status: int, message: str = "") -> Reply:
        """{api_id, error}; 401 is plain text. Of a call that is over it is 404."""
        if status == 401:  # noqa: PLR2004
            return Reply(401, {}, raw=REFUSAL, content_type="text/plain")
        status = 404 if status == 409 else status  # noqa: PLR2004
        text = message or {404: "not found", 429: "too many requests"}.get(status, "error")
        return Reply(status, {"api_id": str(uuid.uuid4()), "error": text})
