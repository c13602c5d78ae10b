"""Twilio's Streams of a call: by REST one way, by <Start> and <Connect> in the call's instructions.

Source: twilio.com/docs/voice/api/stream-resource, twilio.com/docs/voice/twiml/stream.
"""

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

from providers.sandbox.forker import ForkEvent, ForkRequest
from providers.sandbox.streams import CallStreams, Row
from providers.sandbox.twilio.callbacks import stream_callback
from providers.sandbox.vendor import Reply, Vendor

TRACKS = {"inbound_track": "inbound", "outbound_track": "outbound", "both_tracks": "both"}
MAX_PARAMETERS = 99


class TwilioStreams:
    """The streams of all calls; they can be started and stopped, not listed."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor
        self.live = CallStreams(vendor, self._told)

    def routes(self) -> Sequence[web.RouteDef]:
        streams = "/2010-04-01/Accounts/{account}/Calls"
        handler = self.vendor.handler
        return [
            web.post(f"{streams}/{{sid}}/Streams.json", handler("start_stream", self.start)),
            web.post(f"{streams}/{{call}}/Streams/{{sid}}.json", handler("stop_stream", self.stop)),
        ]

    def start(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401 - a multidict of the form
        """Of a call that is in progress."""
        call = self.vendor.resources.get(request.match_info["sid"])
        if call is None or call["account_sid"] != request.match_info["account"]:
            return self.vendor.unknown_address(request)
        if call["status"] != "in-progress":
            return self.vendor.error(409)
        track = form.get("Track", "inbound_track")
        if track not in TRACKS or not form.get("Url"):
            return self.vendor.error(400)
        if form.get("Name") and self._named(call["sid"], form["Name"]):
            return self.vendor.error(400)
        asked = {
            "name": form.get("Name", ""),
            "url": form["Url"],
            "track": TRACKS[track],
            "callback": form.get("StatusCallback", ""),
            "parameters": _numbered(form),
        }
        try:
            row = self.begin(call, asked)
        except ValueError:
            return self.vendor.error(400)
        return Reply(201, resource(row), effect=True)

    def stop(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        """By SID or by name. One that is over is not found."""
        account, call_sid, key = (request.match_info[name] for name in ("account", "call", "sid"))
        row = self.live.rows.get(key) or self._named(call_sid, key)
        if row is None or (row["_call"], row["account_sid"]) != (call_sid, account):
            return self.vendor.unknown_address(request)
        if form.get("Status") != "stopped":
            return self.vendor.error(400)
        if not self.live.stop(row["sid"]):
            return self.vendor.unknown_address(request)
        return Reply(200, resource(row), effect=True, resource=row["sid"])

    def run(self, call: Row, root: ElementTree.Element) -> None:
        """Start what the instructions of an answered call ask for; <Connect> is two-way."""
        for verb in root:
            for noun in verb.findall("Stream") if verb.tag in ("Start", "Connect") else ():
                asked = {
                    "name": noun.get("name", ""),
                    "url": noun.get("url", ""),
                    "track": TRACKS.get(noun.get("track", ""), "inbound"),
                    "callback": noun.get("statusCallback", ""),
                    "parameters": {p.get("name", ""): p.get("value", "") for p in noun.findall("Parameter")},
                }
                with contextlib.suppress(ValueError):
                    self.begin(call, asked, bidirectional=verb.tag == "Connect")

    def begin(self, call: Row, asked: Mapping[str, Any], *, bidirectional: bool = False) -> Row:
        """Start the fork. Raises ValueError for an address that no socket has."""
        sid = "MZ" + secrets.token_hex(16)
        row = {
            "sid": sid,
            "account_sid": call["account_sid"],
            "call_sid": call["sid"],
            "name": asked["name"] or sid,
            "status": "in-progress",
            "date_updated": format_datetime(datetime.now(UTC)),
            "_url": asked["url"],
            "_callback": asked["callback"],
        }
        request = ForkRequest(
            protocol="twilio",
            stream_id=sid,
            call_id=call["sid"],
            account_id=call["account_sid"],
            service_url=asked["url"],
            track="inbound" if bidirectional else asked["track"],
            bidirectional=bidirectional,
            encoding="x-mulaw",
            parameters=asked["parameters"],
        )
        return self.live.start(row, request)

    def _named(self, call_sid: str, name: str) -> Row | None:
        """The stream of this name of this call that runs."""
        rows = self.live.of(call_sid)
        return next((row for row in rows if row["_live"] and row["name"] == name), None)

    def _told(self, row: Row, event: ForkEvent) -> None:
        """Twilio tells of the start, the end and an error, and of nothing else."""
        if not row["_live"]:
            row["status"], row["date_updated"] = "stopped", format_datetime(datetime.now(UTC))
        kinds = {"started": "stream-started", "stopped": "stream-stopped", "dropped": "stream-error"}
        if row["_callback"] and event.kind in kinds:
            token = self.vendor.sandbox.secrets[row["account_sid"]]
            self.vendor.sandbox.callbacks.send(stream_callback(row, token, kinds[event.kind], event.error))


def resource(row: Row) -> dict[str, Any]:
    """A Stream as the API shows it."""
    shown = {name: row[name] for name in ("sid", "account_sid", "call_sid", "name", "status", "date_updated")}
    calls = f"/2010-04-01/Accounts/{row['account_sid']}/Calls/{row['call_sid']}"
    return shown | {"uri": f"{calls}/Streams/{row['sid']}.json"}


def _numbered(form: Mapping[str, str]) -> dict[str, str]:
    """Parameter1.Name, Parameter1.Value and so on."""
    names = [
        (form.get(f"Parameter{n}.Name"), form.get(f"Parameter{n}.Value", ""))
        for n in range(1, MAX_PARAMETERS + 1)
    ]
    return {name: value for name, value in names if name}
