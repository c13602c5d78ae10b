"""Vobiz's v1 API: Plivo's with headers, errors and records of its own.

Sources: docs.vobiz.ai, github.com/vobiz-ai/Vobiz-Python-SDK.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from aiohttp import web

from providers.plivo.signature import Signature
from providers.sandbox.plivo.api import PlivoApi, numbers_match
from providers.sandbox.plivo.callbacks import Callbacks
from providers.sandbox.plivo.resources import ENDED, live_call
from providers.sandbox.plivo.streams import both
from providers.sandbox.vendor import Reply
from providers.sandbox.vobiz.resources import call_record, page_of, records_page, stream_resource


class VobizApi(PlivoApi):
    """The calls of all accounts, in memory, by their UUIDs."""

    name = "vobiz"
    root: ClassVar[str] = "/api/v1/Account"
    path_prefix = "/api/v1/"
    protocol: ClassVar[Literal["plivo", "vobiz"]] = "vobiz"
    callbacks: ClassVar[Callbacks] = Callbacks(Signature("vobiz"), signs_form=False)
    default_track: ClassVar[str] = "both"
    one_stream_per_url: ClassVar[bool] = False
    takes_boolean: ClassVar[bool] = False

    def routes(self) -> Sequence[web.RouteDef]:
        records = f"{self.root}/{{account}}/cdr"
        return [
            *both(web.get, records, self.handler("list_records", self.list_records)),
            *both(web.get, f"{records}/{{sid}}", self.handler("get_record", self.get_record)),
            *super().routes(),
        ]

    def get_record(self, request: web.Request, raw: bytes) -> Reply:
        call = self.call(request)
        if call is None or call["status"] not in ENDED:
            return self.error(404, "CDR not found")
        return Reply(200, {"data": self._record(call), "success": True})

    def list_records(self, request: web.Request, raw: bytes) -> Reply:
        query, account = request.query, request.match_info["account"]
        rows = [c for c in self.resources.values() if c["account"] == account and c["status"] in ENDED]
        found = [self._record(call) for call in rows[::-1] if numbers_match(call, query)]
        page, per_page = int(query.get("page", 1)), int(query.get("per_page", 20))
        return Reply(200, records_page(account, found, page, per_page))

    def _record(self, call: Mapping[str, Any]) -> dict[str, Any]:
        return call_record(call, self.streams.live.of(call["call_uuid"]))

    def call_made(self, call_uuid: str) -> dict[str, Any]:
        return super().call_made(call_uuid) | {"message": "Call fired"}

    def live_call(self, call: Mapping[str, Any]) -> dict[str, Any]:
        unattested = {"stir_attestation": "Not Applicable", "stir_verification": "Not Applicable"}
        return live_call(call) | unattested

    def stream_started(self, stream_id: str) -> dict[str, Any]:
        return {"message": "audio streaming started", "stream_id": stream_id}

    def stream_resource(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return stream_resource(row, self.root)

    def page(self, request: web.Request, rows: Sequence[Any]) -> dict[str, Any]:
        return page_of(rows, int(request.query.get("limit", 20)), int(request.query.get("offset", 0)))

    def credentials_of(self, request: web.Request) -> tuple[str, str]:
        """X-Auth-ID and X-Auth-Token; HTTP Basic too, as its customers use it."""
        given = request.headers.get("X-Auth-ID", ""), request.headers.get("X-Auth-Token", "")
        return given if all(given) else super().credentials_of(request)

    def error(self, status: int, message: str = "") -> Reply:
        """401 and 429 have the general form, all others {api_id, error}."""
        named = {401: "INVALID_CREDENTIALS", 429: "RATE_LIMIT_EXCEEDED"}.get(status)
        if named is None:
            return super().error(status, message)
        error = {"code": named, "message": "refused", "details": {}}
        return Reply(status, {"status": "error", "error": error, "requestId": str(uuid.uuid4())})
