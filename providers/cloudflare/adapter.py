"""Cloudflare RealtimeKit's REST API: broadcast meetings ("rooms" here) as livestreams.

Source: developers.cloudflare.com/api/resources/realtime_kit, and Cloudflare's package `cloudflare` 5.9.0,
which sends the same. A meeting has one livestream at a time, which its viewers watch in Cloudflare's player;
a livestream has no limit of its own. To RTMP targets it goes as a recording: see rtmp.py.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from providers.cloudflare import events
from providers.cloudflare.keys import WebhookKeys
from providers.cloudflare.rtmp import PREFIX as PREFIX_RTMP
from providers.cloudflare.rtmp import RtmpOutputs
from providers.cloudflare.wire import NOT_FOUND, ROOM_TYPE, read_data, read_error, read_livestream, read_page
from providers.credentials import CredentialSpec
from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.events import ProviderEventData
from providers.http import Transport, TransportOptions, path_segment
from providers.redaction import redact
from providers.streams import Broadcast, ProviderStream, StopOutcome, StreamRef

BASE_URL, PREFIX = "https://api.cloudflare.com", "/client/v4"
# Where the key of its webhooks is published, unless the connection has a base_url of its own.
KEYS_BASE_URL = "https://api.realtime.cloudflare.com"
# The API's maximum page size, and the number of pages after which a list is treated as endless.
PAGE_SIZE, MAX_PAGES = 100, 1000
# Those that run, and so are billed.
RUNNING = ("LIVE", "INVOKED")


class Cloudflare:
    """One RealtimeKit app of a customer's Cloudflare account."""

    provider = "cloudflare"
    credentials = CredentialSpec(
        ("account_id", "app_id"), ("api_token",), identity_fields=("account_id", "app_id")
    )
    kept_headers = events.KEPT_HEADERS
    max_event_age: timedelta | None = None  # deliveries are told apart by their ids

    def __init__(self, credentials: Mapping[str, str], options: TransportOptions) -> None:
        account, app = (path_segment(credentials[name]) for name in ("account_id", "app_id"))
        self._headers = {
            "Authorization": f"Bearer {credentials['api_token']}",
            "Content-Type": "application/json",  # also of a request without a body, as the package sends it
        }
        self._path = f"{PREFIX}/accounts/{account}/realtime/kit/{app}"
        self._http = Transport("Cloudflare", options, base_url=BASE_URL, read_error=read_error)
        self._http.base_url = self._http.base_url.removesuffix(PREFIX)
        self._rtmp = RtmpOutputs(self._get, self._send)
        self._keys = WebhookKeys(options, _origin(options.base_url) or KEYS_BASE_URL)

    def check_credentials(self) -> None:
        """Lists one meeting, which needs a token for this app."""
        read_page(self._get("/meetings", {"page_no": "1", "per_page": "1"}))

    def broadcast_room(self, name: str, *, title: str) -> tuple[str, str]:
        """A new meeting, under Cloudflare's id: one that nobody joins costs nothing."""
        data = read_data(self._send("POST", "/meetings", {"title": title or name}))
        meeting_id = data.get("id") if isinstance(data, Mapping) else None
        if not isinstance(meeting_id, str) or not meeting_id:
            raise UnknownOutcome("Cloudflare's answer is not a meeting.", code="bad_answer")
        return ROOM_TYPE, meeting_id

    def start_broadcast(self, room_type: str, room_id: str, broadcast: Broadcast) -> ProviderStream:
        """To an RTMP target, or to Cloudflare's own player."""
        if broadcast.targets:
            return self._rtmp.start(room_id, broadcast)
        body: dict[str, Any] = {"name": broadcast.name}
        if broadcast.width and broadcast.height:
            body["video_config"] = {"height": broadcast.height, "width": broadcast.width}
        return _running(read_livestream(read_data(self._send("POST", _of(room_id, "/livestreams"), body))))

    def stop_broadcast(self, ref: StreamRef) -> StopOutcome:
        """What is stopped is the meeting's livestream, so another one than `ref` is left alone."""
        if ref.id.startswith(PREFIX_RTMP):
            return self._rtmp.stop(ref)
        if not ref.id and (outcome := self._rtmp.stop(ref)) != "not_running":
            return outcome
        active = self._active(ref.parent_id)
        if active is not None and not _is_same(active, ref):
            return "not_running"
        try:
            read_data(self._send("POST", _of(ref.parent_id, "/active-livestream/stop")))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return "not_running"
        return "stopped"

    def broadcasts(self, room_type: str, room_id: str) -> Sequence[ProviderStream]:
        """The livestream that runs, those before it, and those to RTMP targets."""
        return [*self._livestreams_of(room_id), *self._rtmp.of_meeting(room_id)]

    def _livestreams_of(self, room_id: str) -> Sequence[ProviderStream]:
        active = self._active(room_id)
        try:
            body = self._get(_of(room_id, "/livestream"))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return [active] if active else []
        past = [read_livestream(each) for each in _livestreams(body)]
        return [*([active] if active else []), *(each for each in past if not active or each.id != active.id)]

    def live_broadcasts(self) -> Sequence[ProviderStream]:
        """All livestreams of the app that run; its recordings are listed by meeting only."""
        return [each for status in RUNNING for each in self._all({"status": status})]

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.parse(self._keys, headers, body)

    def redacted(self, body: bytes) -> bytes:
        return redact(body, events.SECRETS)

    def _active(self, meeting_id: str) -> ProviderStream | None:
        try:
            return _running(read_livestream(read_data(self._get(_of(meeting_id, "/active-livestream")))))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return None

    def _all(self, query: Mapping[str, str]) -> Iterator[ProviderStream]:
        seen = 0
        for number in range(1, MAX_PAGES):
            page = self._get("/livestreams", {**query, "page_no": str(number), "per_page": str(PAGE_SIZE)})
            items, total = read_page(page)
            yield from map(read_livestream, items)
            seen += len(items)
            if not items or seen >= (total if total is not None else seen):
                return
        raise Unavailable("Cloudflare's list of livestreams does not end.", code="bad_answer")

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        return self._http.request("GET", self._path + path, params=query, headers=self._headers).data

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return self._http.request(method, self._path + path, body=body, headers=self._headers).data


def _of(meeting_id: str, path: str) -> str:
    return f"/meetings/{path_segment(meeting_id)}{path}"


def _running(found: ProviderStream) -> ProviderStream:
    """A livestream that was started, or is active: its guides show one as OFFLINE until it has viewers."""
    return found if found.status in ("live", "failed") else replace(found, status="starting", ended_at=None)


def _is_same(found: ProviderStream, ref: StreamRef) -> bool:
    return found.id == ref.id if ref.id else not ref.name or found.name == ref.name


def _livestreams(body: Mapping[str, Any]) -> list[Any]:
    """Of one meeting: a list, or {livestream, sessions} of the only one."""
    data = read_data(body)
    if isinstance(data, Mapping) and "livestream" in data:
        return [data["livestream"]] if data["livestream"] else []
    return read_page(body)[0]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
