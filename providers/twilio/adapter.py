"""Twilio's voice API, 2010-04-01: end, make, read and find calls, list recordings, stream audio.

Source: Twilio's published OpenAPI, github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json. The tests
compare what is sent with what the official `twilio` package sends.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from providers.answers import StreamAnswer, twiml_complaint, twiml_document
from providers.base import NO_OPTIONS, Leg, LegOptions
from providers.credentials import CredentialSpec
from providers.errors import Rejected, Unavailable
from providers.events import ProviderEventData, RecordingFile
from providers.http import Form, Transport, TransportOptions, path_segment
from providers.streams import AudioFork, ProviderStream, StopOutcome, StreamRef
from providers.twilio import events, forks
from providers.twilio.wire import (
    LEG_STATUS,
    is_ready,
    read_account_status,
    read_error,
    read_leg,
    read_recording,
)

BASE_URL = "https://api.twilio.com"
# A call without instructions would end at once; this keeps it open.
HOLD_TWIML = '<Response><Pause length="3600"/></Response>'

# 20404: no such resource, which Twilio also answers for a call that has just ended
# (github.com/pipecat-ai/pipecat/issues/2145); 21220: the call is not in progress.
MAYBE_ENDED_CODES = {"20404", "21220"}
# Page size of lists, and the number of pages after which a list is treated as endless.
PAGE_SIZE, MAX_PAGES = 500, 200
# Twilio's maximum for TimeLimit (s).
MAX_TIME_LIMIT = 86_400
DETECTION_MODES = {"enable": "Enable", "detect_message_end": "DetectMessageEnd"}


class Twilio:
    """One customer's own Twilio account (BYO)."""

    provider = "twilio"
    kept_headers = events.KEPT_HEADERS
    inline_limit = 4000  # characters of Twiml
    max_event_age = None  # events are numbered within their call, and the number is signed
    credentials = CredentialSpec(
        ("account_sid",), ("auth_token",), ("phone_number",), identity_fields=("account_sid",)
    )

    def __init__(self, credentials: Mapping[str, str], options: TransportOptions) -> None:
        sid, token = credentials["account_sid"], credentials["auth_token"]
        self._auth, self._token = (sid.encode(), token.encode()), token
        self._account = f"/2010-04-01/Accounts/{path_segment(sid)}"
        self._calls = f"{self._account}/Calls"
        self._http = Transport("Twilio", options, base_url=BASE_URL, read_error=read_error)

    def check_credentials(self) -> None:
        """Reads the account itself: a suspended or closed one cannot make calls."""
        status = read_account_status(self._http.request("GET", f"{self._account}.json", auth=self._auth).data)
        if status != "active":
            raise Rejected(f"Twilio: the account is {status}.", code=status)

    def end_call(self, call_id: str, *, verify_first: bool = False) -> Leg:
        if verify_first:
            leg = self.call_status(call_id)
            if leg.status == "ended":
                return leg
        try:
            leg = self._complete(call_id)
            if leg.status == "ended":
                return leg
        except Rejected as error:
            if error.code not in MAYBE_ENDED_CODES:
                raise
        # Accepted but not over yet, or over already: only Twilio's own record of the call proves its end.
        # A 404 here as well means another account, or a call that never existed, and is a refusal.
        leg = self.call_status(call_id)
        if leg.status != "ended":
            raise Unavailable("Twilio has not confirmed the end yet.", code="not_confirmed")
        return leg

    def _complete(self, call_id: str) -> Leg:
        """`completed` also ends a ringing call; `canceled` has no effect on a live one."""
        return read_leg(self._post(f"/{path_segment(call_id)}.json", [("Status", "completed")]), call_id)

    def call_status(self, call_id: str) -> Leg:
        return read_leg(self._get(f"/{path_segment(call_id)}.json"), call_id)

    def make_call(
        self,
        *,
        to: str,
        from_: str,
        url: str = "",
        twiml: str = "",
        status_callback: str = "",
        options: LegOptions = NO_OPTIONS,
    ) -> Leg:
        form = [("To", to), ("From", from_)]
        if status_callback:
            form.append(("StatusCallback", status_callback))
            # One field per event: a joined list is accepted and loses callbacks (error 21626).
            form += [("StatusCallbackEvent", e) for e in ("initiated", "ringing", "answered", "completed")]
        form += _option_fields(options, status_callback)
        form.append(("Url", url) if url else ("Twiml", twiml or HOLD_TWIML))
        if url and options.url_method != "POST":
            form.append(("Method", options.url_method))
        return read_leg(self._post(".json", form))

    def stream_complaint(self, answer: StreamAnswer) -> str:
        return twiml_complaint(answer)

    def stream_document(self, answer: StreamAnswer) -> str:
        return twiml_document(answer)

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Leg]:
        """Without a StartTime filter, which would hide queued calls; newest first, so an older one stops."""
        since = since.astimezone(UTC).replace(microsecond=0)
        found = []
        for leg in map(read_leg, self._list("", "calls", {"To": to, "From": from_})):
            created_at = leg.created_at or leg.started_at
            if created_at is not None and created_at < since:
                break
            found.append(leg)
        return found

    def live_ids(self) -> frozenset[str]:
        """One list per status: the API filters by one at a time."""
        live = [raw for raw, status in LEG_STATUS.items() if status in ("queued", "ringing", "live")]
        return frozenset(
            read_leg(each).id for raw in live for each in self._list("", "calls", {"Status": raw})
        )

    def recordings(self, room_type: str, call_id: str) -> list[RecordingFile]:
        """Completed files; they stay at unsigned URLs until their owner deletes them."""
        listed = self._list(f"/{path_segment(call_id)}/Recordings", "recordings", {})
        media_url = f"{self._http.base_url}{self._account}/Recordings"
        found = [read_recording(each, media_url) for each in listed if is_ready(each)]
        return sorted(found, key=lambda each: str(each.started_at))

    def fork_complaint(self, fork: AudioFork) -> str:
        return forks.complaint(fork, needs_tls=self._http.base_url == BASE_URL)

    def start_fork(self, call_id: str, fork: AudioFork) -> ProviderStream:
        started = self._post(f"/{path_segment(call_id)}/Streams.json", forks.start_form(fork))
        return forks.read_stream(started, fork.name)

    def stop_fork(self, ref: StreamRef) -> StopOutcome:
        """By its SID, else by its name. 20404: it is over or never was, as after the end of its call."""
        path = f"/{path_segment(ref.parent_id)}/Streams/{path_segment(ref.id or ref.name)}.json"
        try:
            stream = forks.read_stream(self._post(path, [("Status", "stopped")]))
        except Rejected as error:
            if error.code not in MAYBE_ENDED_CODES:
                raise
            return "not_running"
        return "stopped" if stream.status == "stopped" else "accepted"

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.parse(self._token, url, headers, body)

    def _list(self, below: str, name: str, query: Mapping[str, str]) -> Iterator[Any]:
        """All pages of the list of calls, or of a list `below` one call."""
        page = self._get(f"{below}.json", {**query, "PageSize": str(PAGE_SIZE)})
        for _ in range(MAX_PAGES):
            items = page.get(name)
            if not isinstance(items, list):
                raise Unavailable(f"Twilio's answer is not a list of {name}.", code="bad_answer")
            yield from items
            next_page = page.get("next_page_uri")
            if not next_page:
                return
            # Relative to the API's root, with the query; any other path is not Twilio's.
            path, _, next_query = str(next_page).partition("?")
            if path != f"{self._calls}{below}.json":
                raise Unavailable("Twilio's next page is at an address of somebody else.", code="bad_answer")
            page = self._get(f"{below}.json", dict(parse_qsl(next_query)))
        raise Unavailable(f"Twilio's list of {name} does not end.", code="bad_answer")

    def _post(self, path: str, form: Form) -> dict[str, Any]:
        return self._http.request("POST", self._calls + path, form=form, auth=self._auth).data

    def _get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._http.request("GET", self._calls + path, params=params, auth=self._auth).data


def _option_fields(options: LegOptions, callback: str) -> Form:
    form = []
    if options.record:
        form.append(("Record", "true"))
    if options.record and callback:
        form.append(("RecordingStatusCallback", callback))
        form += [("RecordingStatusCallbackEvent", "completed")]
    if options.machine_detection:
        form += _detection_fields(options.machine_detection, callback)
    if options.send_digits:
        form.append(("SendDigits", options.send_digits))
    if options.time_limit:
        form.append(("TimeLimit", str(min(options.time_limit, MAX_TIME_LIMIT))))
    return form


def _detection_fields(mode: str, callback: str) -> Form:
    """Asynchronous detection: the call is connected at once, and the result comes as a callback of its own.

    Source: twilio.com/docs/voice/answering-machine-detection.
    """
    fields = [("MachineDetection", DETECTION_MODES[mode]), ("AsyncAmd", "true")]
    return [*fields, ("AsyncAmdStatusCallback", callback)] if callback else fields
