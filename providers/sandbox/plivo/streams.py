"""Plivo's audio streams of a call: by REST, and by <Stream> in the answer to the call."""

import contextlib
import json
import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

from providers.sandbox.forker import ForkEvent, ForkRequest
from providers.sandbox.plivo.vendor import PlivoVendor
from providers.sandbox.streams import BY_CALL, CallStreams, Row
from providers.sandbox.vendor import Reply, json_object

CONTENT_TYPE = re.compile(r"audio/(x-l16|x-mulaw);\s*rate=(8000|16000|24000)", re.ASCII)
STOPPED_BY_BOT = ForkEvent("stopped", "bot")
DEFAULT_TIMEOUT = 86_400


class PlivoStreams:
    """The operations on the streams of all calls."""

    def __init__(self, vendor: PlivoVendor) -> None:
        self.vendor = vendor
        self.live = CallStreams(vendor, self._told)

    def routes(self) -> Sequence[web.RouteDef]:
        streams = f"{self.vendor.root}/{{account}}/Call/{{sid}}/Stream"
        one = f"{self.vendor.root}/{{account}}/Call/{{call}}/Stream/{{sid}}"
        handler = self.vendor.handler
        return [
            *both(web.post, streams, handler("start_stream", self.start)),
            *both(web.get, streams, handler("list_streams", self.listing)),
            *both(web.delete, streams, handler("stop_streams", self.stop_all)),
            *both(web.get, one, handler("get_stream", self.get)),
            *both(web.delete, one, handler("stop_stream", self.stop)),
        ]

    def start(self, request: web.Request, raw: bytes) -> Reply:
        """Of a call that is in progress."""
        call, body = self.vendor.call(request), json_object(raw)
        if call is None or call["status"] != "in-progress":
            return self.vendor.error(404)
        if complaint := self._complaint(call, body):
            return self.vendor.error(400, complaint)
        try:
            row = self.begin(call, body)
        except ValueError as error:
            return self.vendor.error(400, str(error))
        return Reply(202, self.vendor.stream_started(row["stream_id"]), effect=True)

    def _complaint(self, call: Row, body: Mapping[str, Any]) -> str:
        url = body.get("service_url")
        if not isinstance(url, str) or not url.startswith(("ws://", "wss://")):
            return "service_url is not a valid WebSocket URL"
        running = [row["service_url"] for row in self.live.of(call["call_uuid"]) if row["_live"]]
        if self.vendor.one_stream_per_url and url in running:
            return "a stream to this service_url is active already"
        if not CONTENT_TYPE.fullmatch(str(body.get("content_type") or self.vendor.default_content_type)):
            return "content_type is invalid"
        if str(body.get("audio_track") or "both") not in ("inbound", "outbound", "both"):
            return "audio_track is invalid"
        if self._is_bidirectional(body) and body.get("audio_track") in ("outbound", "both"):
            return "audio_track must be inbound when bidirectional is true"
        return ""

    def _is_bidirectional(self, body: Mapping[str, Any]) -> bool:
        """Vobiz takes a JSON boolean without a complaint, and then forks one way."""
        asked = body.get("bidirectional")
        return asked == "true" or (asked is True and self.vendor.takes_boolean)

    def begin(self, call: Row, body: Mapping[str, Any]) -> Row:
        """Start the fork; `body` as that of the REST request."""
        content_type = str(body.get("content_type") or self.vendor.default_content_type)
        found = CONTENT_TYPE.fullmatch(content_type)
        encoding, rate = found.groups() if found else ("x-l16", "8000")
        is_two_way = self._is_bidirectional(body)
        row = {
            "stream_id": str(uuid.uuid4()),
            "account": call["account"],
            "service_url": str(body["service_url"]),
            "track": "inbound" if is_two_way else str(body.get("audio_track") or self.vendor.default_track),
            "bidirectional": is_two_way,
            "content_type": content_type,
            "status": "in-progress",
            "stream_timeout": int(body.get("stream_timeout") or DEFAULT_TIMEOUT),
            "status_callback_url": str(body.get("status_callback_url") or ""),
            "status_callback_method": str(body.get("status_callback_method") or "POST"),
        }
        asked = ForkRequest(
            protocol=self.vendor.protocol,
            stream_id=row["stream_id"],
            call_id=call["call_uuid"],
            account_id=call["account"],
            service_url=row["service_url"],
            track=row["track"],
            bidirectional=is_two_way,
            encoding=encoding,  # type: ignore[arg-type]
            sample_rate=int(rate),
            parameters=_parameters(str(body.get("extra_headers") or "")),
            max_seconds=row["stream_timeout"],
        )
        return self.live.start(row, asked)

    def run(self, call: Row, root: ElementTree.Element) -> None:
        """Start what the instructions of an answered call ask for."""
        for each in root.iter("Stream"):
            body = {
                "service_url": (each.text or "").strip(),
                "bidirectional": each.get("bidirectional"),
                "audio_track": each.get("audioTrack"),
                "content_type": each.get("contentType"),
                "stream_timeout": each.get("streamTimeout"),
                "status_callback_url": each.get("statusCallbackUrl"),
                "status_callback_method": each.get("statusCallbackMethod"),
                "extra_headers": each.get("extraHeaders"),
            }
            with contextlib.suppress(ValueError):
                if not self._complaint(call, body):
                    self.begin(call, body)["_is_last"] = root[-1] is each

    def listing(self, request: web.Request, raw: bytes) -> Reply:
        """Those that are over too."""
        call = self.vendor.call(request)
        if call is None:
            return self.vendor.error(404)
        rows = [self.vendor.stream_resource(row) for row in self.live.of(call["call_uuid"])]
        return Reply(200, self.vendor.page(request, rows))

    def get(self, request: web.Request, raw: bytes) -> Reply:
        row = self._row(request)
        if row is None:
            return self.vendor.error(404, "Stream not found")
        return Reply(200, {"api_id": str(uuid.uuid4())} | self.vendor.stream_resource(row))

    def stop(self, request: web.Request, raw: bytes) -> Reply:
        """404 also for one that is over, or of another call."""
        row = self._row(request)
        if row is None or not self.live.stop(row["stream_id"]):
            return self.vendor.error(404, "Stream not found")
        return Reply(204, {}, effect=True, raw=b"")

    def stop_all(self, request: web.Request, raw: bytes) -> Reply:
        """204 too when none runs."""
        call = self.vendor.call(request)
        if call is None:
            return self.vendor.error(404)
        ids = [row["stream_id"] for row in self.live.of(call["call_uuid"])]
        stopped = [self.live.stop(each) for each in ids]
        return Reply(204, {}, effect=any(stopped), raw=b"")

    def _row(self, request: web.Request) -> Row | None:
        row, path = self.live.rows.get(request.match_info["sid"]), request.match_info
        return row if row and (row["account"], row["_call"]) == (path["account"], path["call"]) else None

    def _told(self, row: Row, event: ForkEvent) -> None:
        """The end of the call, and keys, are not called back."""
        if not row["_live"]:
            row["status"] = "failed" if event.kind == "dropped" else "completed"
        is_silent = event.kind == "dtmf" or (event.kind == "stopped" and event.name == BY_CALL)
        if row["status_callback_url"] and not is_silent:
            call = self.vendor.resources.get(row["_call"], {})
            token = self.vendor.sandbox.secrets[row["account"]]
            self.vendor.sandbox.callbacks.send(self.vendor.callbacks.of_stream(row, call, token, event))
        if event == STOPPED_BY_BOT and row.get("_is_last"):
            # www.vobiz.ai/docs/xml/stream/stream-events: the call goes on with what follows, or ends.
            self.vendor.end(self.vendor.resources[row["_call"]], "completed", "Vobiz")


def both(method: Any, path: str, handle: Any) -> tuple[web.RouteDef, web.RouteDef]:  # noqa: ANN401
    """A route with and without a slash at its end."""
    return method(path, handle), method(f"{path}/", handle)


def _parameters(text: str) -> dict[str, str]:
    """Extra headers: "name=value,name:value", as XML and REST have them; or a JSON object."""
    if text.startswith("{"):
        found = json_object(text.encode()) or json.loads("{}")
        return {str(name): str(value) for name, value in found.items()}
    pairs = (re.split(r"[=:]", each, maxsplit=1) for each in text.split(",") if each)
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}  # noqa: PLR2004
