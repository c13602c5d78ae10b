"""GetStream Video's broadcasts of a call: to RTMP targets, each under a name, or over HLS.

Source: getstream.io/video/docs/api/streaming (rtmp_broadcasts, hls). What runs is in the call's `egress`. A
call has one HLS broadcast at a time, without a name: ours is kept in the call's custom data.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from providers.errors import ProviderError, Rejected, Unavailable, UnknownOutcome
from providers.events import as_mapping, is_http_url
from providers.getstream.wire import HLS_NAME, INPUT_ERROR, NOT_FOUND, parse_time, read_room
from providers.http import path_segment
from providers.streams import Broadcast, ProviderStream, StopOutcome, StreamRef

HLS = "hls"
QUALITIES = (360, 480, 720, 1080, 1440)


class CallBroadcasts:
    """Those of one app's calls. `send(method, room_type, room_id, verb, body)` asks Stream."""

    def __init__(self, send: Callable[..., dict[str, Any]]) -> None:
        self._send = send

    def start(self, room_type: str, room_id: str, broadcast: Broadcast) -> ProviderStream:
        """Opens the backstage, which would hide it."""
        room = room_type, room_id
        answer = self._send("GET", *room)
        call = as_mapping(answer.get("call"))
        if read_room(answer, room_id).backstage:
            self._send("POST", *room, "/go_live")
        if not broadcast.targets:
            return self._start_hls(room, call, broadcast.name)
        targets = [_target(broadcast, number) for number in range(len(broadcast.targets))]
        self._change(*room, "/rtmp_broadcasts", body={"broadcasts": targets})
        return ProviderStream(broadcast.name, "starting", name=broadcast.name)

    def _start_hls(self, room: tuple[str, str], call: Mapping[str, Any], name: str) -> ProviderStream:
        if as_mapping(call.get("egress")).get("broadcasting"):
            raise Rejected(
                "GetStream broadcasts this call over HLS already; stop that first.", code="hls_runs"
            )
        custom = {**as_mapping(call.get("custom")), HLS_NAME: name}
        self._send("PATCH", *room, body={"custom": custom})
        url = self._change(*room, "/start_broadcasting").get("playlist_url")
        return ProviderStream(
            _hls_id(name), "starting", name=name, playback_url=url if is_http_url(url) else ""
        )

    def stop(self, ref: StreamRef) -> StopOutcome:
        """All targets of a broadcast; each is under its name, so that no other one is stopped."""
        running = [each for each in self._running(ref) if ref.name and each.name == ref.name]
        for each in running:
            is_hls = each.id.startswith(HLS)
            verb = "/stop_broadcasting" if is_hls else f"/rtmp_broadcasts/{path_segment(each.id)}/stop"
            try:
                self._change(ref.parent_type, ref.parent_id, verb)
            except Rejected as error:
                if error.code not in (NOT_FOUND, INPUT_ERROR):
                    raise
                self._require_over(ref, each.id, error)
            if is_hls:
                self._forget_name(ref)
        return "stopped" if running else "not_running"

    def _forget_name(self, ref: StreamRef) -> None:
        """What somebody else broadcasts of the call over HLS later is not ours."""
        room = ref.parent_type, ref.parent_id
        with suppress(ProviderError):
            custom = as_mapping(as_mapping(self._send("GET", *room).get("call")).get("custom"))
            if custom.get(HLS_NAME) == ref.name:
                kept = {key: value for key, value in custom.items() if key != HLS_NAME}
                self._send("PATCH", *room, body={"custom": kept})

    def _change(
        self, room_type: str, room_id: str, verb: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        answer = self._send("POST", room_type, room_id, verb, body=body)
        if not isinstance(answer.get("duration"), str):
            raise UnknownOutcome("GetStream's answer is not that of a broadcast.", code="bad_answer")
        return answer

    def _require_over(self, ref: StreamRef, id: str, error: Rejected) -> None:
        """After a refusal: raises Unavailable if it is shown as running."""
        if any(each.id == id for each in self._running(ref)):
            text = "GetStream would not stop a broadcast that it shows as running."
            raise Unavailable(text, code="not_confirmed", help_url=error.help_url) from None

    def _running(self, ref: StreamRef) -> Sequence[ProviderStream]:
        try:
            return read_egress(self._send("GET", ref.parent_type, ref.parent_id).get("call"))
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return []

    def of_call(self, room_type: str, room_id: str) -> list[ProviderStream]:
        """Those that run, each once, however many targets it has: Stream lists no others."""
        found = self._running(StreamRef(room_id, room_type))
        return list({each.name: each for each in reversed(found)}.values())


def read_egress(document: object) -> list[ProviderStream]:
    """What runs of a call, one for each target; the keys of targets are left out."""
    call = as_mapping(document)
    egress, room_id, room_type = (
        as_mapping(call.get("egress")),
        str(call.get("id") or ""),
        str(call.get("type") or ""),
    )
    targets = egress.get("rtmps")
    found = [
        ProviderStream(
            id=str(each["name"]),
            status="live",
            raw_status="broadcasting",
            name=str(each["name"]).partition(".")[0],
            started_at=parse_time(each.get("started_at")),
            parent_id=room_id,
            parent_type=room_type,
        )
        for each in (targets if isinstance(targets, list) else ())
        if isinstance(each, Mapping) and each.get("name")
    ]
    hls, custom = as_mapping(egress.get("hls")), as_mapping(call.get("custom"))
    if egress.get("broadcasting") and (hls or not found):
        url, name = hls.get("playlist_url"), str(custom.get(HLS_NAME) or "")
        url = url if is_http_url(url) else ""
        found.append(
            ProviderStream(
                _hls_id(name),
                "live",
                "broadcasting",
                name,
                playback_url=url,
                parent_id=room_id,
                parent_type=room_type,
            )
        )
    return found


def _hls_id(name: str) -> str:
    """One that nobody else's broadcast of the call has, if it is under our name."""
    return f"{HLS}:{name}" if name else HLS


def _target(broadcast: Broadcast, number: int) -> dict[str, Any]:
    """The first one is under the broadcast's name, further ones under that and a number."""
    target = broadcast.targets[number]
    body = {"name": f"{broadcast.name}.{number}" if number else broadcast.name, "stream_url": target.url}
    if target.key:
        body["stream_key"] = target.key
    if broadcast.height and broadcast.width:
        quality = min(
            QUALITIES, key=lambda each: abs(each - min(broadcast.height or 0, broadcast.width or 0))
        )
        body["quality"] = f"{'portrait-' if broadcast.height > broadcast.width else ''}{quality}p"
    return body
