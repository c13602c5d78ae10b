"""RealtimeKit's RTMP output: a recording whose picture goes to an RTMP address, instead of to a file.

Source: developers.cloudflare.com/api/resources/realtime_kit/subresources/recordings (`rtmp_out_config`).
Several run in a meeting, each to one address. Our name begins the name of the file that is not made.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from providers.cloudflare.wire import NOT_FOUND, ROOM_TYPE, parse_time, read_data, read_page
from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.events import as_mapping
from providers.http import path_segment
from providers.streams import Broadcast, ProviderStream, StopOutcome, StreamRef, StreamStatus

# What the ids of these streams begin with: others are livestreams.
PREFIX = "rtmp:"
STATUSES: Mapping[str, StreamStatus] = {
    "INVOKED": "starting",
    "RECORDING": "live",
    "PAUSED": "live",
    "UPLOADING": "stopped",
    "UPLOADED": "stopped",
    "ERRORED": "failed",
}
OVER = ("stopped", "failed")
# Seconds: what RealtimeKit takes as `max_seconds`.
MIN_SECONDS, MAX_SECONDS = 60, 86_400
NAME = re.compile(r"[0-9a-f]{32}")
LISTED = {"page_no": "1", "per_page": "100"}


class RtmpOutputs:
    """Those of one app. `send(method, path, body)` and `get(path, query)` ask it."""

    def __init__(self, get: Callable[..., dict[str, Any]], send: Callable[..., dict[str, Any]]) -> None:
        self._get, self._send = get, send

    def start(self, meeting_id: str, broadcast: Broadcast) -> ProviderStream:
        if len(broadcast.targets) > 1:
            raise Rejected(
                "A broadcast of Cloudflare has one RTMP target; start one for each.", code="targets"
            )
        target = broadcast.targets[0]
        body: dict[str, Any] = {
            "meeting_id": meeting_id,
            "allow_multiple_recordings": True,
            "file_name_prefix": broadcast.name,
            "max_seconds": min(max(broadcast.max_seconds, MIN_SECONDS), MAX_SECONDS),
            "realtimekit_bucket_config": {"enabled": False},
            "rtmp_out_config": {"rtmp_url": f"{target.url}/{target.key}" if target.key else target.url},
        }
        if broadcast.width and broadcast.height:
            body["video_config"] = {"height": broadcast.height, "width": broadcast.width}
        return read_output(read_data(self._send("POST", "/recordings", body)), meeting_id)

    def stop(self, ref: StreamRef) -> StopOutcome:
        output_id = ref.id.removeprefix(PREFIX) or self._running_id(ref)
        if not output_id:
            return "not_running"
        path = f"/recordings/{path_segment(output_id)}"
        try:
            stopped = read_output(read_data(self._send("PUT", path, {"action": "stop"})))
        except Rejected as error:
            if error.code == NOT_FOUND:
                return "not_running"
            if error.code == "auth":
                raise
            if read_output(read_data(self._get(path))).status in OVER:
                return "not_running"
            raise Unavailable(f"Cloudflare would not stop an RTMP output: {error}", code=error.code) from None
        return "stopped" if stopped.status in OVER else "accepted"

    def _running_id(self, ref: StreamRef) -> str:
        found = (each for each in self.of_meeting(ref.parent_id) if ref.name and each.name == ref.name)
        return next((each.id.removeprefix(PREFIX) for each in found if each.status not in OVER), "")

    def of_meeting(self, meeting_id: str) -> Sequence[ProviderStream]:
        """The latest hundred, those that run among them."""
        items, _ = read_page(self._get("/recordings", {"meeting_id": meeting_id, **LISTED}))
        return [each for each in (read_output(item, meeting_id) for item in items) if each.name]


def read_output(document: object, meeting_id: str = "") -> ProviderStream:
    """A recording: {id, status, output_file_name, started_time, stopped_time, …}; else UnknownOutcome."""
    found = as_mapping(document)
    if not isinstance(found.get("id"), str) or not found["id"]:
        raise UnknownOutcome("Cloudflare's answer is not a recording.", code="bad_answer")
    raw_status, seconds = str(found.get("status") or ""), found.get("recording_duration")
    name = NAME.match(str(found.get("output_file_name") or ""))
    return ProviderStream(
        id=PREFIX + found["id"],
        status=STATUSES.get(raw_status, "unknown"),
        raw_status=raw_status,
        name=name[0] if name else "",
        started_at=parse_time(found.get("started_time")),
        ended_at=parse_time(found.get("stopped_time")),
        seconds=seconds if isinstance(seconds, int) else None,
        parent_id=meeting_id,
        parent_type=ROOM_TYPE if meeting_id else "",
    )
