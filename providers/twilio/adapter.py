"""Twilio's voice API, 2010-04-01: end, make, read and find calls.

Source: Twilio's published OpenAPI, github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json; what is
sent equals what the official `twilio` package sends.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from providers.base import Leg
from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.events import ProviderEventData, RecordingFile
from providers.http import Form, TransportFactory, path_segment
from providers.twilio import events
from providers.twilio.wire import LEG_STATUS, parse_cost, parse_seconds, parse_time

BASE_URL = "https://api.twilio.com"
# Without instructions a call would end at once; this keeps the line open for the agent to take over.
HOLD_TWIML = '<Response><Pause length="3600"/></Response>'

# 20404: no such resource, which Twilio also answers for a call that has just ended
# (github.com/pipecat-ai/pipecat/issues/2145); 21220: the call is not in progress.
MAYBE_ENDED_CODES = {"20404", "21220"}
# What a list asks for at a time, and how many pages are read before it is taken for endless.
PAGE_SIZE, MAX_PAGES = 500, 200
# Twilio's own bounds of TimeLimit (s).
MAX_TIME_LIMIT = 86_400


class Twilio:
    """One customer's own Twilio account (BYO)."""

    provider = "twilio"

    def __init__(self, credentials: Mapping[str, str], base_url: str, transport: TransportFactory) -> None:
        sid, token = credentials["account_sid"], credentials["auth_token"]
        self._auth, self._token = (sid.encode(), token.encode()), token
        self._calls = f"/2010-04-01/Accounts/{path_segment(sid)}/Calls"
        self._http = transport("Twilio", base_url or BASE_URL, read_error=_read_error)

    def end_call(self, call_id: str, *, verify_first: bool = False) -> Leg:
        if verify_first:
            leg = self.call_status(call_id)
            if leg.status == "ended":
                return leg
        try:
            leg = self._hang_up(call_id)
            if leg.status == "ended":
                return leg
        except Rejected as error:
            if error.code not in MAYBE_ENDED_CODES:
                raise
        # Accepted but not over yet, or over already: only Twilio's own record of the call proves its end.
        # A 404 here as well means another account, or a call that never was, and is a refusal.
        leg = self.call_status(call_id)
        if leg.status != "ended":
            raise Unavailable("Twilio has not confirmed the end yet.", code="not_confirmed")
        return leg

    def _hang_up(self, call_id: str) -> Leg:
        """`completed` also ends a call that rings; `canceled` has no effect on a live one."""
        return _leg(self._post(f"/{path_segment(call_id)}.json", [("Status", "completed")]))

    def call_status(self, call_id: str) -> Leg:
        return _leg(self._get(f"/{path_segment(call_id)}.json"))

    def make_call(
        self,
        *,
        to: str,
        from_: str,
        url: str = "",
        twiml: str = "",
        send_digits: str = "",
        status_callback: str = "",
        record: bool = False,
        time_limit: int | None = None,
    ) -> Leg:
        form = [("To", to), ("From", from_)]
        if status_callback:
            form.append(("StatusCallback", status_callback))
            # One field per event: a joined list is accepted and loses callbacks (error 21626).
            form += [("StatusCallbackEvent", e) for e in ("initiated", "ringing", "answered", "completed")]
        if record:
            form.append(("Record", "true"))
        if record and status_callback:
            form.append(("RecordingStatusCallback", status_callback))
            form += [("RecordingStatusCallbackEvent", "completed")]
        if send_digits:
            form.append(("SendDigits", send_digits))
        if time_limit:
            form.append(("TimeLimit", str(min(time_limit, MAX_TIME_LIMIT))))
        form.append(("Url", url) if url else ("Twiml", twiml or HOLD_TWIML))
        return _leg(self._post(".json", form))

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Leg]:
        """No filter on StartTime: it would hide what is queued. The newest come first, so old ones end it."""
        since = since.astimezone(UTC).replace(microsecond=0)
        found = []
        for leg in map(_leg, self._list("", "calls", {"To": to, "From": from_})):
            made = leg.created_at or leg.started_at
            if made is not None and made < since:
                break
            found.append(leg)
        return found

    def live_ids(self) -> frozenset[str]:
        """The list takes one status at a time."""
        live = [raw for raw, status in LEG_STATUS.items() if status in ("queued", "ringing", "live")]
        return frozenset(_leg(each).id for raw in live for each in self._list("", "calls", {"Status": raw}))

    def recordings(self, room_type: str, call_id: str) -> list[RecordingFile]:
        """Those that are complete; the files stay, at unsigned addresses, until their owner deletes them."""
        listed = self._list(f"/{path_segment(call_id)}/Recordings", "recordings", {})
        found = [self._recording(each) for each in listed if _is_ready(each)]
        return sorted(found, key=lambda each: str(each.started_at))

    def _recording(self, found: Mapping[str, Any]) -> RecordingFile:
        """The address is the one that Twilio's own callbacks give (RecordingUrl)."""
        media = self._calls.removesuffix("/Calls") + f"/Recordings/{path_segment(str(found['sid']))}"
        began, seconds = parse_time(found.get("start_time")), parse_seconds(found.get("duration"))
        return RecordingFile(
            id=str(found["sid"]),
            url=self._http.base_url + media,
            started_at=began,
            ended_at=began + timedelta(seconds=seconds) if began and seconds is not None else None,
            duration=seconds,
        )

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.read(self._token, url, headers, body)

    def _list(self, below: str, name: str, wanted: Mapping[str, str]) -> Iterator[Any]:
        """All pages of a list of calls, or (`below`) of what belongs to a call."""
        page = self._get(f"{below}.json", {**wanted, "PageSize": str(PAGE_SIZE)})
        for _ in range(MAX_PAGES):
            found = page.get(name)
            if not isinstance(found, list):
                raise Unavailable(f"Twilio's answer is not a list of {name}.", code="bad_answer")
            yield from found
            following = page.get("next_page_uri")
            if not following:
                return
            # An address relative to the API's root, query and all; nothing else would be Twilio's.
            path, _, query = str(following).partition("?")
            if path != f"{self._calls}{below}.json":
                raise Unavailable("Twilio's next page is at an address of somebody else.", code="bad_answer")
            page = self._get(f"{below}.json", dict(parse_qsl(query)))
        raise Unavailable(f"Twilio's list of {name} does not end.", code="bad_answer")

    def _post(self, path: str, form: Form) -> dict[str, Any]:
        return self._http.request("POST", self._calls + path, form=form, auth=self._auth).data

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._http.request("GET", self._calls + path, params=params, auth=self._auth).data


def _leg(call: object) -> Leg:
    """A call resource: times are RFC 2822, the duration is a string of seconds."""
    if not isinstance(call, Mapping) or not isinstance(call.get("sid"), str):
        raise UnknownOutcome("Twilio's answer is not a call.", code="bad_answer")
    raw = str(call.get("status", ""))
    cost, unit = parse_cost(call.get("price"), call.get("price_unit"))
    return Leg(
        id=call["sid"],
        status=LEG_STATUS.get(raw, "unknown"),
        raw_status=raw,
        started_at=parse_time(call.get("start_time")),
        ended_at=parse_time(call.get("end_time")),
        created_at=parse_time(call.get("date_created")),
        duration=parse_seconds(call.get("duration")),
        cost=cost,
        price_unit=unit,
    )


def _is_ready(recording: object) -> bool:
    return (
        isinstance(recording, Mapping)
        and isinstance(recording.get("sid"), str)
        and recording.get("status") == "completed"
    )


def _read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Twilio's error body: {code, message, more_info, status}. A message may quote numbers: only the code."""
    code = str(body.get("code") or "")
    help_url = f"https://www.twilio.com/docs/errors/{code}" if code.isdigit() else ""
    if code == "20404":
        return code, "no such call, or another account (error 20404)", help_url
    return code, f"error {code} ({status})" if code else str(status), help_url
