"""Plivo's v1 API: calls, their records and streams.

Sources: plivo.com/docs/voice/api, and the fixtures of github.com/plivo/plivo-python.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

from providers.sandbox.callback_queue import OutgoingEvent
from providers.sandbox.instructions import Instructions
from providers.sandbox.plivo.callbacks import call_form
from providers.sandbox.plivo.resources import ENDED, new_call, record
from providers.sandbox.plivo.streams import PlivoStreams, both
from providers.sandbox.plivo.vendor import PlivoVendor
from providers.sandbox.twilio.callees import callee, detected
from providers.sandbox.vendor import Reply, Sandbox, json_object, store_bounded

LIVE = ("ringing", "in-progress")
STREAM_HAPPENINGS = ("dropped", "degraded", "stopped")
# What can happen to a call, in the words of the control API, and its final CallStatus.
CALL_ENDS = {status: status for status in ENDED} | {"canceled": "cancel"}


class PlivoApi(PlivoVendor):
    """The calls of all accounts, in memory, by their UUIDs."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.streams = PlivoStreams(self)
        self.instructions = Instructions()

    def routes(self) -> Sequence[web.RouteDef]:
        account = f"{self.root}/{{account}}"
        calls, one = f"{account}/Call", f"{account}/Call/{{sid}}"
        return [
            *both(web.get, account, self.handler("get_account", self.account)),
            *both(web.post, calls, self.handler("create_call", self.create)),
            *both(web.get, calls, self.handler("list_calls", self.listing)),
            *both(web.get, one, self.handler("get_call", self.get)),
            *both(web.delete, one, self.handler("end_call", self.hang_up)),
            web.post(f"/_sandbox/{self.name}/{{account}}/calls", self.place),
            *self.streams.routes(),
        ]

    def account(self, request: web.Request, raw: bytes) -> Reply:
        account = request.match_info["account"]
        body = {"account_type": "standard", "api_id": str(uuid.uuid4()), "auth_id": account}
        body |= {"billing_mode": "prepaid", "cash_credits": "100.00000"}
        return Reply(200, body | {"name": "Sandbox", "resource_uri": request.path, "timezone": "UTC"})

    def create(self, request: web.Request, raw: bytes) -> Reply:
        body = json_object(raw)
        for name in ("from", "to", "answer_url"):
            if not body.get(name):
                return self.error(400, f"{name} parameter not present")
        call = new_call(request.match_info["account"], body)
        store_bounded(self.resources, call["call_uuid"], call)
        self.sandbox.callbacks.send(*self._called_back(call, "_ring_url", "Ring"), *self._let_ring(call))
        return Reply(201, self.call_made(call["call_uuid"]), effect=True, resource=call["call_uuid"])

    async def place(self, request: web.Request) -> web.Response:
        """Control API: `count` answered calls at once, whatever faults are active; their UUIDs."""
        form, account = await request.post(), request.match_info["account"]
        count = str(form.get("count", "1"))
        if not (form.get("To") and form.get("From") and count.isdecimal()):
            return web.json_response({"error": "calls need To, From and count"}, status=400)
        made = [new_call(account, {"from": form["From"], "to": form["To"]}) for _ in range(int(count))]
        for call in made:
            store_bounded(self.resources, call["call_uuid"], call)
            self._answer(call, "")
        return web.json_response([call["call_uuid"] for call in made], status=201)

    def _let_ring(self, call: dict[str, Any]) -> list[OutgoingEvent]:
        """What the callee does (twilio/callees.py); the callbacks of it."""
        found = callee(call["to"])
        if found.ends:
            return self._end(call, found.ends, "Callee")
        return self._answer(call, detected(call["to"], "Enable")) if found.answers else []

    def _answer(self, call: dict[str, Any], answered_by: str) -> list[OutgoingEvent]:
        call["status"], call["_answered"] = "in-progress", time.time()
        call["answered_by"] = answered_by.partition("_")[0]
        if call["_answer_url"]:
            form, url = call_form(call, "StartApp"), call["_answer_url"]
            headers = self.callbacks.headers(self.sandbox.secrets[call["account"]], url, form)
            self.instructions.follow(url, form, headers, partial(self._run, call))
        return self._called_back(call, "_detection_url", "MachineDetection")

    def _run(self, call: dict[str, Any], root: ElementTree.Element) -> None:
        if call["status"] == "in-progress":
            self.streams.run(call, root)

    def listing(self, request: web.Request, raw: bytes) -> Reply:
        """UUIDs of live or queued calls; without `status` the records of those that are over."""
        rows = [c for c in self.resources.values() if c["account"] == request.match_info["account"]][::-1]
        status, query = request.query.get("status"), request.query
        if status:
            ids = [c["call_uuid"] for c in rows if c["status"] in (LIVE if status == "live" else ("queued",))]
            start = int(query.get("offset", 0))
            shown = ids[start : start + int(query["limit"])] if "limit" in query else ids[start:]
            return Reply(200, {"api_id": str(uuid.uuid4()), "calls": shown})
        over = [c for c in rows if c["status"] in ENDED and numbers_match(c, query)]
        return Reply(200, self.page(request, [record(call, self.root) for call in over]))

    def get(self, request: web.Request, raw: bytes) -> Reply:
        """The live or queued call, or without `status` its record."""
        call, status = self.call(request), request.query.get("status")
        if call is None:
            return self.error(404)
        if status:
            wanted = LIVE if status == "live" else ("queued",)
            return Reply(200, self.live_call(call)) if call["status"] in wanted else self.error(404)
        if call["status"] not in ENDED:
            return self.error(404)
        return Reply(200, {"api_id": str(uuid.uuid4())} | record(call, self.root))

    def hang_up(self, request: web.Request, raw: bytes) -> Reply:
        call = self.call(request)
        if call is None or call["status"] in ENDED:
            return self.error(404)
        self.end(call, "completed" if call["_answered"] else "cancel", "API Request")
        return Reply(204, {}, effect=True, raw=b"")

    def end(self, call: dict[str, Any], status: str, source: str) -> None:
        self.sandbox.callbacks.send(*self._end(call, status, source))

    def _end(self, call: dict[str, Any], status: str, source: str) -> list[OutgoingEvent]:
        """A call's end ends its streams."""
        call["status"], call["source"], call["_ended"] = status, source, time.time()
        self.streams.live.end_with_call(call["call_uuid"])
        return self._called_back(call, "_hangup_url", "Hangup")

    def trigger(self, resource_id: str, request: dict[str, Any]) -> bool:
        """To a call: answered (of one that rings), or its end. To a stream: dropped, degraded, stopped.

        A stream is `stopped` as by its time limit.
        """
        what = request["what"]
        if resource_id in self.streams.live.rows:
            if what not in STREAM_HAPPENINGS:
                raise ValueError(", ".join(STREAM_HAPPENINGS))
            return self.streams.live.make_happen(resource_id, what)
        call = self.resources.get(resource_id)
        if call is None:
            return False
        if what == "answered":
            self.sandbox.callbacks.send(*self._answer(call, str(request.get("answered_by", "human"))))
        elif what in CALL_ENDS:
            self.end(call, CALL_ENDS[what], "Callee")
        else:
            raise ValueError("answered, " + ", ".join(CALL_ENDS))
        return True

    def live_ids(self) -> Sequence[str]:
        return [id for id, call in self.resources.items() if call["status"] in LIVE]

    def live_streams(self) -> Sequence[str]:
        return self.streams.live.live_ids()

    def _called_back(self, call: dict[str, Any], field: str, event: str) -> list[OutgoingEvent]:
        token = self.sandbox.secrets.get(call["account"], "")
        return [self.callbacks.of_call(call, token, call[field], event)] if call[field] else []


def numbers_match(call: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    """Whether a call is between the numbers of a query."""
    return all(
        query.get(name, "").lstrip("+") in call[column]
        for name, column in (("from_number", "from"), ("to_number", "to"))
    )
