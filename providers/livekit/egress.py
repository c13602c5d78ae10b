"""LiveKit's egress: a room is composed to one picture, which goes to RTMP targets or is stored as HLS.

Source: docs.livekit.io/home/egress, and livekit_egress.proto of github.com/livekit/protocol. An egress has no
name, but its request is shown with it, and the default template takes any layout that begins with "grid"
(template-default/src/Room.tsx of github.com/livekit/egress): so the layout holds ours.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from providers.errors import NotConfigured, ProviderError, Rejected, Unavailable, UnknownOutcome
from providers.events import as_mapping
from providers.livekit.wire import NOT_FOUND, parse_time, read_field, read_int
from providers.streams import (
    Broadcast,
    ProviderStream,
    RtmpTarget,
    StopOutcome,
    StreamRef,
    StreamStatus,
)

LAYOUT = "grid-"
PUBLIC_LAYOUTS = ("grid-light", "grid-dark")
# ABORTED: stopped, or given up, before it ran. ENDING: media still leaves.
STATUSES: Mapping[str, StreamStatus] = {
    "EGRESS_STARTING": "starting",
    "EGRESS_ACTIVE": "live",
    "EGRESS_ENDING": "live",
    "EGRESS_COMPLETE": "stopped",
    "EGRESS_LIMIT_REACHED": "stopped",
    "EGRESS_FAILED": "failed",
    "EGRESS_ABORTED": "failed",
}
# In the order of their numbers.
NUMBERED = (
    *("EGRESS_STARTING", "EGRESS_ACTIVE", "EGRESS_ENDING", "EGRESS_COMPLETE"),
    *("EGRESS_FAILED", "EGRESS_ABORTED", "EGRESS_LIMIT_REACHED"),
)
OVER: tuple[StreamStatus, ...] = ("stopped", "failed")
ADDRESS = re.compile(r"\b(?:rtmps?|srt|https?)://\S+", re.IGNORECASE)
MAX_ERROR = 200
# Twirp's codes of a stop that was not carried out: it is over, no worker answers, or one is too slow.
ASK_THE_LIST = ("failed_precondition", "unavailable", "deadline_exceeded")
# Pages after which a list is treated as endless; older servers have one.
MAX_PAGES = 1000


class Egress:
    """The egress service of one server. `send(method, body, grants)` asks it."""

    def __init__(self, send: Callable[..., dict[str, Any]], *, hls_path: str, hls_url: str) -> None:
        self._ask, self._hls = send, {"hls_path": hls_path, "hls_url": hls_url}

    def start(self, room: str, broadcast: Broadcast) -> ProviderStream:
        body = request_body(room, broadcast, **self._hls)
        started = read_egress(self._send("StartRoomCompositeEgress", body))
        return replace(started, name=broadcast.name, playback_url=playback_url(broadcast, **self._hls))

    def stop(self, ref: StreamRef, *, has_room: Callable[[], bool]) -> StopOutcome:
        """A worker that does not answer is dead or busy, and its egress stays on record: the list decides."""
        egress_id = ref.id or self._running_id(ref)
        if not egress_id:
            return "not_running"
        try:
            stopped = read_egress(self._send("StopEgress", {"egress_id": egress_id}))
        except (Rejected, UnknownOutcome) as error:
            if error.code == NOT_FOUND:
                return "not_running"
            if error.code not in ASK_THE_LIST:
                raise
            return self._listed_outcome(egress_id, has_room, error)
        return "stopped" if stopped.status in OVER else "accepted"

    def _running_id(self, ref: StreamRef) -> str:
        found = (each for each in self.of_room(ref.parent_id) if ref.name and each.name == ref.name)
        return next((each.id for each in found if each.status not in OVER), "")

    def _listed_outcome(
        self, egress_id: str, has_room: Callable[[], bool], error: ProviderError
    ) -> StopOutcome:
        """After a stop that LiveKit would not carry out; raises Unavailable if it may run on."""
        listed = self._list({"egress_id": egress_id})
        found = next((each for each in listed if each.id == egress_id), None)
        if found is None or found.status in OVER:
            return "not_running"
        if found.raw_status == "EGRESS_ENDING":
            return "accepted"
        if not has_room():
            return "not_running"  # an egress leaves with its room: the record is an orphan
        text = "LiveKit would not stop an egress that it shows as running."
        raise Unavailable(text, code=error.code, help_url=error.help_url) from None

    def of_room(self, room: str) -> list[ProviderStream]:
        """Those that run, and those that are over as far as the server keeps them."""
        return self._list({"room_name": room})

    def running(self) -> list[ProviderStream]:
        return self._list({"active": True})

    def _list(self, query: Mapping[str, Any]) -> list[ProviderStream]:
        found: list[ProviderStream] = []
        for _ in range(MAX_PAGES):
            answer = self._send("ListEgress", query)
            # As of rooms: an empty list may be left out.
            items = answer.get("items", None if answer else [])
            if not isinstance(items, list):
                raise Unavailable("LiveKit's answer is not a list of egresses.", code="bad_answer")
            found += map(read_egress, items)
            token = as_mapping(read_field(answer, "next_page_token")).get("token")
            if not token:
                return found
            query = {**query, "page_token": {"token": token}}
        raise Unavailable("LiveKit's list of egresses does not end.", code="bad_answer")

    def _send(self, method: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._ask(method, body, {"roomRecord": True})


def request_body(room: str, broadcast: Broadcast, *, hls_path: str, hls_url: str) -> dict[str, Any]:
    """A RoomCompositeEgressRequest. Raises NotConfigured if nothing says where the picture goes."""
    body: dict[str, Any] = {"room_name": room, "layout": LAYOUT + broadcast.name}
    if broadcast.targets:
        body["stream_outputs"] = [{"protocol": "RTMP", "urls": [_url(each) for each in broadcast.targets]}]
    elif hls_url:
        folder = _folder(broadcast.name, hls_path)
        body["segment_outputs"] = [
            {
                "filename_prefix": f"{folder}/segment",
                "playlist_name": f"{folder}/index.m3u8",
                "live_playlist_name": f"{folder}/live.m3u8",
            }
        ]
    else:
        raise NotConfigured(
            "LiveKit broadcasts to RTMP targets. Give one, or set hls_url of the connection: the public "
            "address of the storage that its egress service writes to."
        )
    if broadcast.width and broadcast.height:
        body["advanced"] = {"width": broadcast.width, "height": broadcast.height}
    return body


def playback_url(broadcast: Broadcast, *, hls_path: str, hls_url: str) -> str:
    """Where viewers find it; empty for RTMP targets."""
    folder = _folder(broadcast.name, hls_path)
    return "" if broadcast.targets else f"{hls_url.rstrip('/')}/{folder}/live.m3u8"


def read_egress(document: object) -> ProviderStream:
    """A stream from an EgressInfo. Raises UnknownOutcome for anything else."""
    info = as_mapping(document)
    egress_id = read_field(info, "egress_id")
    if not isinstance(egress_id, str) or not egress_id:
        raise UnknownOutcome("LiveKit's answer is not an egress.", code="bad_answer")
    started, ended = read_int(info, "started_at"), read_int(info, "ended_at")
    raw_status = read_status(info)
    return ProviderStream(
        id=egress_id,
        status=STATUSES.get(raw_status, "unknown"),
        raw_status=raw_status,
        name=read_name(info),
        started_at=parse_time(started / 1e9),
        ended_at=parse_time(ended / 1e9),
        seconds=max(0, round((ended - started) / 1e9)) if started and ended else None,
        error=read_failure(info),
        parent_id=str(read_field(info, "room_name") or ""),
    )


def read_status(info: Mapping[str, Any]) -> str:
    """By name; a number, or nothing for zero, as proto3's JSON allows, is named."""
    status = info.get("status", 0)
    return NUMBERED[status] if isinstance(status, int) and 0 <= status < len(NUMBERED) else str(status)


def read_name(info: Mapping[str, Any]) -> str:
    """Our name of it; empty for an egress that somebody else has started."""
    layout = as_mapping(read_field(info, "room_composite")).get("layout")
    is_ours = isinstance(layout, str) and layout.startswith(LAYOUT) and layout not in PUBLIC_LAYOUTS
    return layout.removeprefix(LAYOUT) if isinstance(layout, str) and is_ours else ""


def read_failure(info: Mapping[str, Any]) -> str:
    """Why it failed, without addresses: those of targets hold keys."""
    error = info.get("error")
    return ADDRESS.sub("[address]", error)[:MAX_ERROR] if isinstance(error, str) else ""


def _url(target: RtmpTarget) -> str:
    return f"{target.url.rstrip('/')}/{target.key}" if target.key else target.url


def _folder(name: str, path: str) -> str:
    return f"{path.strip('/')}/{name}".lstrip("/")
