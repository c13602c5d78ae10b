"""Twilio's side of the wire: calls of the 2010-04-01 API (source: github.com/twilio/twilio-oai)."""

import base64
import secrets
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from providers.sandbox.callbacks import recording_callback, status_callback
from providers.sandbox.faults import Reply, Sandbox, store_bounded
from providers.sandbox.recordings import Recordings, to_twilio

LIVE_STATUSES = ("queued", "ringing", "in-progress")
DEFAULT_PAGE_SIZE = 50
# How a call may end.
END_STATUSES = ("completed", "busy", "no-answer", "failed", "canceled")


def routes(sandbox: Sandbox) -> list[web.RouteDef]:
    """The addresses of this vendor."""
    twilio = TwilioApi(sandbox)
    sandbox.hooks.happeners.append(twilio.happen)
    calls = "/2010-04-01/Accounts/{account}/Calls"
    return [
        web.post(f"{calls}.json", twilio.answer("create_call", twilio.create)),
        web.get(f"{calls}.json", twilio.answer("list_calls", twilio.find)),
        web.get(f"{calls}/{{sid}}.json", twilio.answer("get_call", twilio.get)),
        web.post(f"{calls}/{{sid}}.json", twilio.answer("end_call", twilio.update)),
        web.get(f"{calls}/{{sid}}/Recordings.json", twilio.answer("list_recordings", twilio.recordings)),
    ]


class TwilioApi:
    """The calls of all accounts, in memory."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.calls: dict[str, dict[str, Any]] = sandbox.store.setdefault("twilio", {})
        self.tokens: dict[str, str] = {}
        self.sandbox = sandbox
        self.files = Recordings(sandbox)

    def answer(self, operation: str, act: Any) -> Any:  # noqa: ANN401 - an aiohttp handler
        return self.sandbox.handler("twilio", operation, act, self._refusal, self._error)

    def create(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401 - a multidict of the form
        for name in ("To", "From"):
            if not form.get(name):
                return self._error(400, 21201 if name == "To" else 21213, f"No '{name}' number is specified")
        if not (form.get("Url") or form.get("Twiml") or form.get("ApplicationSid")):
            return self._error(400, 21205, "Url parameter is required.")
        sid = "CA" + secrets.token_hex(16)
        now = datetime.now(UTC)
        account = request.match_info["account"]
        call = {
            "sid": sid,
            "account_sid": account,
            "to": form["To"],
            "from": form["From"],
            "status": "in-progress",
            "start_time": format_datetime(now),
            "end_time": None,
            "duration": None,
            "price": None,
            "price_unit": "USD",
            "direction": "outbound-api",
            "answered_by": None,
            "parent_call_sid": None,
            "queue_time": "0",
            "date_created": format_datetime(now),
            "date_updated": format_datetime(now),
            "api_version": "2010-04-01",
            "uri": f"/2010-04-01/Accounts/{account}/Calls/{sid}.json",
            "subresource_uris": {},
        }
        call |= {"_began": now.timestamp(), "_time_limit": form.get("TimeLimit")}
        store_bounded(self.calls, sid, call | _callbacks(request, form))
        self._tell(
            self.calls[sid], ("initiated", "initiated"), ("ringing", "ringing"), ("answered", "in-progress")
        )
        return Reply(201, _public(call) | {"status": "queued"}, effect=True, resource=sid)

    def get(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        call = self._call(request)
        return Reply(200, _public(call)) if call else self._not_found(request)

    def find(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        query = request.query
        rows = [c for c in self.calls.values() if c["account_sid"] == request.match_info["account"]]
        for name, column in (("To", "to"), ("From", "from"), ("Status", "status")):
            if query.get(name):
                rows = [c for c in rows if c[column] == query[name]]
        return _page(request, "calls", [_public(call) for call in rows[::-1]])

    def recordings(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        if self._call(request) is None:
            return self._not_found(request)
        account, sid = request.match_info["account"], request.match_info["sid"]
        return _page(request, "recordings", [to_twilio(file, account, sid) for file in self.files.of(sid)])

    def update(self, request: web.Request, form: Any) -> Reply:  # noqa: ANN401
        """`completed` ends a call; on an ended one it is 21220 (twilio.com/docs/errors/21220)."""
        call = self._call(request)
        if call is None:
            return self._not_found(request)
        if form.get("Status") not in ("completed", "canceled"):
            return (
                self._error(400, 21218, "Invalid ApplicationSid") if not form else Reply(200, _public(call))
            )
        if call["status"] not in LIVE_STATUSES:
            return self._error(400, 21220, "Call is not in-progress. Cannot redirect.")
        if form["Status"] == "completed":
            self.end(call)
        return Reply(200, _public(call), effect=form["Status"] == "completed")

    def happen(self, sid: str, wish: dict[str, Any]) -> bool:
        """completed, busy, no-answer, failed, canceled: it ends by itself. recorded: a file is ready.

        priced: `price` ("-0.0085") is on the call's resource from now on, which nobody is told of.
        """
        call = self.calls.get(sid)
        if call is None:
            return False
        if wish["what"] == "recorded":
            self._tell_of_file(call, self.files.add(wish))
        elif wish["what"] == "priced":
            call["price"] = str(wish.get("price", "-0.0085"))
        elif wish["what"] in END_STATUSES:
            self.end(call, wish["what"])
        else:
            raise ValueError("recorded, priced, " + ", ".join(END_STATUSES))
        return True

    def end(self, call: dict[str, Any], word: str = "completed") -> None:
        """Hang up."""
        now = datetime.now(UTC)
        call["status"] = word
        call["end_time"] = call["date_updated"] = format_datetime(now)
        call["duration"] = str(int(now.timestamp() - call["_began"]))
        self._tell(call, ("completed", word))

    def _tell(self, call: dict[str, Any], *events: tuple[str, str]) -> None:
        """Events that were asked for at the call's making, numbered."""
        told = []
        for event, word in events:
            if call["_callback"] and event in call["_events"]:
                token = self.tokens[call["account_sid"]]
                told.append(status_callback(call, token, event, word, call["_told"]))
                call["_told"] += 1
        self.sandbox.hooks.tell(*told)

    def _tell_of_file(self, call: dict[str, Any], file: dict[str, Any]) -> None:
        if call["_recording_callback"]:
            token, recording = (
                self.tokens[call["account_sid"]],
                to_twilio(file, call["account_sid"], call["sid"]),
            )
            self.sandbox.hooks.tell(recording_callback(call, token, recording, call["_base_url"]))

    def _call(self, request: web.Request) -> dict[str, Any] | None:
        call = self.calls.get(request.match_info["sid"])
        return call if call and call["account_sid"] == request.match_info["account"] else None

    def _refusal(self, request: web.Request) -> Reply | None:
        """HTTP Basic with the account's SID; the first token seen for an account is its token."""
        try:
            sid, _, token = base64.b64decode(request.headers["Authorization"][6:]).decode().partition(":")
        except (KeyError, ValueError):
            return self._error(401, 20003, "Authenticate")
        known = self.tokens.setdefault(sid, token)
        if not token or token != known or sid != request.match_info["account"]:
            return self._error(401, 20003, "Authenticate")
        return None

    def _not_found(self, request: web.Request) -> Reply:
        return self._error(404, 20404, f"The requested resource {request.path} was not found")

    @staticmethod
    def _error(status: int, code: int = 0, message: str = "") -> Reply:
        code = code or {400: 21211, 401: 20003, 404: 20404, 429: 20429, 409: 21220}.get(status, 20500)
        more = f"https://www.twilio.com/docs/errors/{code}"
        body = {"code": code, "message": message or "Error", "more_info": more, "status": status}
        return Reply(400 if status == 409 else status, body)


def _callbacks(request: web.Request, form: Any) -> dict[str, Any]:  # noqa: ANN401
    """Where the caller wants to be told of the call; of its end only, if nothing else is said."""
    return {
        "_callback": form.get("StatusCallback", ""),
        "_events": form.getall("StatusCallbackEvent", ["completed"]),
        "_recording_callback": form.get("RecordingStatusCallback", ""),
        "_base_url": f"{request.scheme}://{request.host}",
        "_told": 0,
    }


def _page(request: web.Request, name: str, rows: list[dict[str, Any]]) -> Reply:
    size, page = int(request.query.get("PageSize", DEFAULT_PAGE_SIZE)), int(request.query.get("Page", 0))
    more = len(rows) > (page + 1) * size
    following = request.rel_url.update_query(Page=page + 1, PageToken=f"PA{page + 1}")
    shown = rows[page * size : (page + 1) * size]
    body = {name: shown, "page": page, "page_size": size, "uri": str(request.rel_url)}
    return Reply(200, body | {"next_page_uri": str(following) if more else None})


def _public(call: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in call.items() if not name.startswith("_")}
