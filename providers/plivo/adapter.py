"""Plivo's voice API, v1: make, end, read and find calls; fork their audio.

Sources: plivo.com/docs/voice/api, and the official package github.com/plivo/plivo-python, with which the
tests compare what is sent. Vobiz has the same API at another address (providers/vobiz).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from providers.answers import StreamAnswer, plivo_complaint, plivo_document
from providers.base import NO_OPTIONS, Leg, LegOptions
from providers.credentials import CredentialSpec
from providers.errors import NotSupported, Rejected, Unavailable, UnknownOutcome
from providers.events import ProviderEventData
from providers.http import ProviderResponse, Transport, TransportOptions, path_segment
from providers.plivo import events, forks
from providers.plivo.signature import Signature
from providers.plivo.wire import NOT_FOUND, read_error, read_live, read_record, read_stream, same_number
from providers.streams import AudioFork, ProviderStream, StopOutcome, StreamRef

# The largest page of a list, and the number of pages after which a list is treated as endless.
PAGE_SIZE, MAX_PAGES = 20, 500
# Live calls that are read one by one to find a lost one.
MAX_READ = 200
MAX_TIME_LIMIT = 86_400


class Plivo:
    """One customer's own Plivo account (BYO)."""

    provider: ClassVar[str] = "plivo"
    label: ClassVar[str] = "Plivo"
    address: ClassVar[str] = "https://api.plivo.com"
    root: ClassVar[str] = "/v1/Account"
    # Whether digits can be sent after the answer.
    sends_digits: ClassVar[bool] = True
    # What ends the address of a live call: the two companies differ.
    live_slash: ClassVar[str] = "/"
    fork_rules: ClassVar[forks.ForkRules] = forks.ForkRules("Plivo")
    signature: ClassVar[Signature] = Signature("plivo")
    kept_headers = signature.headers
    inline_limit = 0  # it reads its XML at an address
    max_event_age = None  # nothing is believed of an event: the provider is asked
    credentials = CredentialSpec(
        ("auth_id",), ("auth_token",), ("phone_number",), identity_fields=("auth_id",)
    )

    def __init__(self, credentials: Mapping[str, str], options: TransportOptions) -> None:
        self._id, self._token = credentials["auth_id"], credentials["auth_token"]
        self._account = f"{self.root}/{path_segment(self._id)}"
        self._http = Transport(self.label, options, base_url=self.address, read_error=read_error)

    def check_credentials(self) -> None:
        """Reads the account."""
        if self._ask("GET", "/").data.get("auth_id") != self._id:
            raise Unavailable(f"{self.label}'s answer is not this account.", code="bad_answer")

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
        """`url` answers XML; the request id of the answer is the call's id."""
        if twiml or not url:
            raise NotSupported(f"{self.label} fetches its instructions: give `url`, not `twiml`.")
        body: dict[str, Any] = {"from": from_, "to": to, "answer_url": url}
        body["answer_method"] = options.url_method
        for name in ("ring", "hangup") if status_callback else ():
            body |= {f"{name}_url": status_callback, f"{name}_method": "POST"}
        body |= self._options(options, status_callback)
        made = self._ask("POST", "/Call/", body=body).data.get("request_uuid")
        if not isinstance(made, str) or not made:
            raise UnknownOutcome(f"{self.label}'s answer names no call.", code="bad_answer")
        return Leg(id=made, status="queued", raw_status="queued")

    def _options(self, options: LegOptions, callback: str) -> dict[str, Any]:
        """Detection is asynchronous where its result can be called back."""
        if options.record:
            raise NotSupported(f"{self.label} records by its XML only: give a <Record> at `url`.")
        if options.send_digits and not self.sends_digits:
            raise NotSupported(f"{self.label} dials no extension: leave it out of the number.")
        fields: dict[str, Any] = {}
        if options.send_digits:
            fields["send_digits"] = options.send_digits
        if options.time_limit:
            fields["time_limit"] = min(options.time_limit, MAX_TIME_LIMIT)
        if options.machine_detection and callback:
            fields |= {"machine_detection": "true", "machine_detection_url": callback}
            fields["machine_detection_method"] = "POST"
        return fields

    def stream_complaint(self, answer: StreamAnswer) -> str:
        return plivo_complaint(answer)

    def stream_document(self, answer: StreamAnswer) -> str:
        return plivo_document(answer)

    def end_call(self, call_id: str, *, verify_first: bool = False) -> Leg:
        """204 means accepted, 404 over or never there: what the company says of the call then decides."""
        if verify_first and (leg := self.call_status(call_id)).status == "ended":
            return leg
        self._delete(f"/Call/{path_segment(call_id)}/")
        leg = self.call_status(call_id)
        if leg.status != "ended":
            raise Unavailable(f"{self.label} has not confirmed the end yet.", code="not_confirmed")
        return leg

    def call_status(self, call_id: str) -> Leg:
        """A call that is neither live nor queued is over; its record comes some time after its end."""
        leg = self._current(call_id) or self._record(call_id) or self._current(call_id)
        return leg or Leg(id=call_id, status="ended", raw_status="completed")

    def _current(self, call_id: str) -> Leg | None:
        """The call if it is live or queued."""
        path = f"/Call/{path_segment(call_id)}"
        for slash, status in ((self.live_slash, "live"), ("/", "queued")):
            if found := self._found(f"{path}{slash}", {"status": status}):
                leg = read_live(found, call_id, self.label)
                return leg if status == "live" else replace(leg, status="queued")
        return None

    def _record(self, call_id: str) -> Leg | None:
        found = self._found(f"/Call/{path_segment(call_id)}/")
        return read_record(found, self.label) if found else None

    def find_calls(self, *, to: str, from_: str, since: datetime) -> list[Leg]:
        """Live ones first: their list names ids only, so each is read."""
        found = []
        for call_id in list(self.live_ids())[:MAX_READ]:
            path = f"/Call/{path_segment(call_id)}{self.live_slash}"
            call = self._found(path, {"status": "live"}) or {}
            if same_number(call.get("to"), to) and same_number(call.get("from"), from_):
                found.append(read_live(call, call_id, self.label))
        for leg in self._records(to, from_, since):
            if leg.created_at and leg.created_at < since.replace(microsecond=0):
                break
            found.append(leg)
        return [leg for leg in found if not leg.created_at or leg.created_at >= since.replace(microsecond=0)]

    def _records(self, to: str, from_: str, since: datetime) -> Iterator[Leg]:
        """The records of calls between two numbers, newest first."""
        query = {"from_number": from_.lstrip("+"), "to_number": to.lstrip("+"), "call_direction": "outbound"}
        for call in self._pages("/Call/", "objects", query):
            yield read_record(call if isinstance(call, Mapping) else {}, self.label)

    def live_ids(self) -> frozenset[str]:
        """Two lists: of live and of queued calls."""
        live = self._pages(f"/Call{self.live_slash}", "calls", {"status": "live"})
        queued = self._pages("/Call/", "calls", {"status": "queued"})
        return frozenset(str(each) for listed in (queued, live) for each in listed)

    def fork_complaint(self, fork: AudioFork) -> str:
        return self.fork_rules.complaint(fork)

    def start_fork(self, call_id: str, fork: AudioFork) -> ProviderStream:
        answer = self._ask("POST", self._streams(call_id), body=self.fork_rules.body(fork)).data
        started = read_stream(answer, self.label)
        return replace(started, name=fork.name)

    def stop_fork(self, ref: StreamRef) -> StopOutcome:
        """By its id; one whose id was lost is searched for by its name."""
        known = {each.name: each.id for each in ([] if ref.id else self.forks(ref.parent_id)) if each.name}
        stream_id = ref.id or known.get(ref.name)
        if not stream_id:
            return "not_running"
        was_running = self._delete(f"{self._streams(ref.parent_id)}{path_segment(stream_id)}/")
        return "stopped" if was_running else "not_running"

    def forks(self, call_id: str) -> list[ProviderStream]:
        """A call that is over has none that run; its list may be gone with it."""
        try:
            return [read_stream(each, self.label) for each in self._pages(self._streams(call_id), "objects")]
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return []

    def _streams(self, call_id: str) -> str:
        return f"/Call/{path_segment(call_id)}/Stream/"

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.parse(self.signature, self._token, url, headers, body)

    def _pages(self, path: str, name: str, query: Mapping[str, str] | None = None) -> Iterator[Any]:
        """All items of a list, page by page; a list that ignores the page asked for has only one."""
        first: Any = None
        for page in range(MAX_PAGES):
            paging = {"limit": str(PAGE_SIZE), "offset": str(page * PAGE_SIZE)}
            items = self._ask("GET", path, params={**(query or {}), **paging}).data.get(name)
            if not isinstance(items, list):
                raise Unavailable(f"{self.label}'s answer is not a list of {name}.", code="bad_answer")
            if page and items[:1] == first:
                return
            first = items[:1]
            yield from items
            if len(items) < PAGE_SIZE:
                return
        raise Unavailable(f"{self.label}'s list of {name} does not end.", code="bad_answer")

    def _found(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any] | None:
        """What is at this address; None if the company itself says that there is nothing."""
        try:
            return self._ask("GET", path, params=query).data
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None

    def _delete(self, path: str) -> bool:
        """False for a 404. 204; older pages of Vobiz tell of a 200 with a message."""
        try:
            answer = self._ask("DELETE", path)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return False
        if answer.status != 204 and "message" not in answer.data:
            raise UnknownOutcome(f"{self.label}'s answer is not that to a DELETE.", code="bad_answer")
        return True

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> ProviderResponse:
        return self._http.request(method, self._account + path, params=params, body=body, **self._auth())

    def _auth(self) -> dict[str, Any]:
        return {"auth": (self._id.encode(), self._token.encode())}
