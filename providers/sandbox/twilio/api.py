"""Twilio's 2010-04-01 API: calls and their recordings (source: github.com/twilio/twilio-oai)."""

import base64
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree

from aiohttp import web

from providers.sandbox.callback_queue import OutgoingEvent
from providers.sandbox.instructions import Instructions, parse
from providers.sandbox.recordings import Recordings
from providers.sandbox.twilio.callbacks import (
    detection_callback,
    instructions_request,
    recording_callback,
    status_callback,
)
from providers.sandbox.twilio.callees import callee, detected
from providers.sandbox.twilio.pages import page
from providers.sandbox.twilio.phone_numbers import PhoneNumbers, is_callable
from providers.sandbox.twilio.recording_files import RecordingFiles
from providers.sandbox.twilio.resources import account_resource, new_call, public, recording_resource
from providers.sandbox.twilio.streams import TwilioStreams
from providers.sandbox.vendor import Reply, Sandbox, Vendor, store_bounded

LIVE_STATUSES = ("queued", "ringing", "in-progress")
END_STATUSES = ("completed", "busy", "no-answer", "failed", "canceled")
Callbacks = list[OutgoingEvent]


class TwilioApi(Vendor):
    """The calls of all accounts, in memory, by SID."""

    name = "twilio"
    path_prefix = "/2010-04-01/"
    form_encoded = True

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.files = Recordings(sandbox)
        self.numbers = PhoneNumbers(self)
        self.streams, self.instructions = TwilioStreams(self), Instructions()

    def routes(self) -> Sequence[web.RouteDef]:
        calls = "/2010-04-01/Accounts/{account}/Calls"
        return [
            web.get("/2010-04-01/Accounts/{account}.json", self.handler("get_account", self.account)),
            web.post(f"{calls}.json", self.handler("create_call", self.create)),
            web.get(f"{calls}.json", self.handler("list_calls", self.list)),
            web.get(f"{calls}/{{sid}}.json", self.handler("get_call", self.get)),
            web.post(f"{calls}/{{sid}}.json", self.handler("end_call", self.update)),
            web.get(f"{calls}/{{sid}}/Recordings.json", self.handler("list_recordings", self.recordings)),
            web.post("/_sandbox/twilio/{account}/calls", self.place),
            *self.numbers.routes(),
            *self.streams.routes(),
            *RecordingFiles(self, self.files).routes(),
        ]

    def account(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        return Reply(200, account_resource(request.match_info["account"]))

    def create(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401 - a multidict of the form
        for name in ("To", "From"):
            if not form.get(name):
                return self.error(400, 21201 if name == "To" else 21213, f"No '{name}' number is specified")
        for name, code in (("To", 21211), ("From", 21212)):
            if not is_callable(form[name]):
                return self.error(400, code, f"The '{name}' number {form[name]} is not a valid phone number.")
        if not (form.get("Url") or form.get("Twiml") or form.get("ApplicationSid")):
            return self.error(400, 21205, "Url parameter is required.")
        sid = "CA" + secrets.token_hex(16)
        call = new_call(sid, request.match_info["account"], form, f"{request.scheme}://{request.host}")
        store_bounded(self.resources, sid, call)
        reply = Reply(201, public(call) | {"status": "queued"}, effect=True, resource=sid)
        begun = self._status_callbacks(call, ("initiated", "initiated"), ("ringing", "ringing"))
        self.sandbox.callbacks.send(*begun, *self._let_ring(call))
        return reply

    async def place(self, request: web.Request) -> web.Response:
        """Control API: `count` answered calls at once, whatever faults are active; their SIDs."""
        form, account = await request.post(), request.match_info["account"]
        count = str(form.get("count", "1"))
        if not (form.get("To") and form.get("From") and count.isdecimal()):
            return web.json_response({"error": "calls need To, From and count"}, status=400)
        sids = ["CA" + secrets.token_hex(16) for _ in range(int(count))]
        for sid in sids:
            call = new_call(sid, account, form, f"{request.scheme}://{request.host}")
            store_bounded(self.resources, sid, call)
            self._answer(call, "")
        return web.json_response(sids, status=201)

    def _let_ring(self, call: dict[str, Any]) -> Callbacks:
        """What the callee does (callees.py); the callbacks of it."""
        found = callee(call["to"])
        if found.ends:
            return self._end(call, found.ends)
        return self._answer(call, detected(call["to"], call["_detection"])) if found.answers else []

    def _answer(self, call: dict[str, Any], answered_by: str) -> Callbacks:
        """The callee picks up; with machine detection, who that was is called back."""
        call["_began"] = datetime.now(UTC).timestamp()
        call["status"], call["start_time"] = "in-progress", format_datetime(datetime.now(UTC))
        self._follow(call)
        sent = self._status_callbacks(call, ("answered", "in-progress"))
        if call["_detection"]:
            call["answered_by"] = answered_by
            if call["_detection_callback"]:
                sent.append(detection_callback(call, self.sandbox.secrets[call["account_sid"]]))
        return sent

    def _follow(self, call: dict[str, Any]) -> None:
        """Start the streams of the call's instructions; what they say is not heard, and ends no call."""
        if call["_twiml"] and (root := parse(call["_twiml"])) is not None:
            self.streams.run(call, root)
        elif call["_url"]:
            token = self.sandbox.secrets[call["account_sid"]]
            form, headers = instructions_request(call, token)
            self.instructions.follow(call["_url"], form, headers, lambda root: self._run(call, root))

    def _run(self, call: dict[str, Any], root: ElementTree.Element) -> None:
        if call["status"] == "in-progress":
            self.streams.run(call, root)

    def get(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        call = self._call(request)
        return Reply(200, public(call)) if call else self.not_found(request)

    def list(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        query = request.query
        rows = [c for c in self.resources.values() if c["account_sid"] == request.match_info["account"]]
        for name, column in (("To", "to"), ("From", "from"), ("Status", "status")):
            if query.get(name):
                rows = [c for c in rows if c[column] == query[name]]
        return page(request, "calls", [public(call) for call in rows[::-1]])

    def recordings(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        if self._call(request) is None:
            return self.not_found(request)
        account, sid = request.match_info["account"], request.match_info["sid"]
        files = [recording_resource(file, account, sid) for file in self.files.of(sid)]
        return page(request, "recordings", files)

    def update(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        """`completed` ends a call; on an ended one it is 21220 (twilio.com/docs/errors/21220)."""
        call = self._call(request)
        if call is None:
            return self.not_found(request)
        if form.get("Status") not in ("completed", "canceled"):
            return self.error(400, 21218, "Invalid ApplicationSid") if not form else Reply(200, public(call))
        if call["status"] not in LIVE_STATUSES:
            return self.error(400, 21220, "Call is not in-progress. Cannot redirect.")
        if form["Status"] == "completed":
            self.end(call)
        return Reply(200, public(call), effect=form["Status"] == "completed")

    def trigger(self, resource_id: str, request: dict[str, Any]) -> bool:
        """completed, busy, no-answer, failed, canceled: the call ends; recorded: a file is ready.

        answered: a call that rings is answered, by `answered_by` ("human") if it has machine detection.

        To a stream: dropped, stopped.

        priced: the call's resource has `price` ("-0.0085") from now on; Twilio sends no event of it.
        """
        call = self.resources.get(resource_id)
        if call is None:
            is_stream = resource_id in self.streams.live.rows and request["what"] in ("dropped", "stopped")
            return is_stream and self.streams.live.make_happen(resource_id, request["what"])
        if request["what"] == "recorded":
            self._send_recording(call, self.files.add(request))
        elif request["what"] == "priced":
            call["price"] = str(request.get("price", "-0.0085"))
        elif request["what"] == "answered":
            self.sandbox.callbacks.send(*self._answer(call, str(request.get("answered_by", "human"))))
        elif request["what"] in END_STATUSES:
            self.end(call, request["what"])
        else:
            raise ValueError("recorded, priced, answered, " + ", ".join(END_STATUSES))
        return True

    def live_ids(self) -> Sequence[str]:
        return [sid for sid, call in self.resources.items() if call["status"] in LIVE_STATUSES]

    def live_streams(self) -> Sequence[str]:
        return self.streams.live.live_ids()

    def end(self, call: dict[str, Any], status: str = "completed") -> None:
        self.sandbox.callbacks.send(*self._end(call, status))

    def _end(self, call: dict[str, Any], status: str) -> Callbacks:
        now = datetime.now(UTC)
        call["status"] = status
        self.streams.live.end_with_call(call["sid"])
        call["end_time"] = call["date_updated"] = format_datetime(now)
        call["start_time"] = call["start_time"] or call["end_time"]
        call["duration"] = str(int(now.timestamp() - call["_began"]) if call["_began"] else 0)
        return self._status_callbacks(call, ("completed", status))

    def _status_callbacks(self, call: dict[str, Any], *events: tuple[str, str]) -> Callbacks:
        """(event, status) callbacks, numbered, of those that the call was created with."""
        callbacks = []
        for event, status in events:
            if call["_callback"] and event in call["_events"]:
                token = self.sandbox.secrets[call["account_sid"]]
                callbacks.append(status_callback(call, token, event, status, call["_sent"]))
                call["_sent"] += 1
        return callbacks

    def _send_recording(self, call: dict[str, Any], file: dict[str, Any]) -> None:
        if call["_recording_callback"]:
            recording = recording_resource(file, call["account_sid"], call["sid"])
            token = self.sandbox.secrets[call["account_sid"]]
            self.sandbox.callbacks.send(recording_callback(call, token, recording, call["_base_url"]))

    def _call(self, request: web.Request) -> dict[str, Any] | None:
        call = self.resources.get(request.match_info["sid"])
        return call if call and call["account_sid"] == request.match_info["account"] else None

    def authenticate(self, request: web.Request) -> Reply | None:
        """HTTP Basic with the account's SID; the first token seen for an account is its token."""
        try:
            sid, _, token = base64.b64decode(request.headers["Authorization"][6:]).decode().partition(":")
        except (KeyError, ValueError):
            return self.error(401, 20003, "Authenticate")
        known = self.sandbox.secrets.setdefault(sid, token)
        if not token or token != known or sid != request.match_info["account"]:
            return self.error(401, 20003, "Authenticate")
        return None

    def unknown_address(self, request: web.Request) -> Reply:
        return self.not_found(request)

    def not_found(self, request: web.Request) -> Reply:
        return self.error(404, 20404, f"The requested resource {request.path} was not found")

    def error(self, status: int, code: int = 0, message: str = "") -> Reply:
        code = code or {400: 21211, 401: 20003, 404: 20404, 429: 20429, 409: 21220}.get(status, 20500)
        more_info = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": message or "Error", "more_info": more_info, "status": status}
        return Reply(400 if status == 409 else status, body)
