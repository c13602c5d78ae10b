"""LiveKit's server API: open, read, list, end and broadcast rooms of a customer's own server, mint tokens.

Source: docs.livekit.io/reference/other/roomservice-api and github.com/livekit/protocol (livekit_room.proto):
Twirp, which is POST with JSON to /twirp/livekit.RoomService/<Method>. A room exists until it is deleted, or
was empty for too long; LiveKit keeps no record of it afterwards, so "no such room" means that it is over.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from providers.base import HOST, PARTICIPANT, ParticipantRole, Room
from providers.credentials import CredentialSpec
from providers.errors import NotConfigured, Rejected, Unavailable, UnknownOutcome
from providers.events import ProviderEventData
from providers.http import MAX_RESPONSE_BYTES, Transport, TransportOptions
from providers.livekit import events
from providers.livekit.egress import Egress
from providers.livekit.tokens import join_token, request_token
from providers.livekit.wire import NOT_FOUND, read_error, read_room
from providers.streams import Broadcast, ProviderStream, StopOutcome, StreamRef

# The platform ends calls by its own rules first; these timers (s) are for when it is not running.
# Nobody joined: a day after its start a call counts as abandoned, and LiveKit closes the room an hour later.
EMPTY_TIMEOUT = 25 * 3600
# Everybody left: longer than the platform's own EMPTY_ROOM_GRACE (120 s). A connection may set another.
DEPARTURE_TIMEOUT = 150
# ListRooms has no pages: all rooms of a server come in one response, some 600 bytes each.
MAX_LIST_BYTES = 32 * MAX_RESPONSE_BYTES


class LiveKit:
    """One customer's LiveKit server, or project in LiveKit's cloud."""

    provider = "livekit"
    max_event_age = None  # the JWT of an event expires
    kept_headers = ()  # Authorization proves an event, and is a credential
    credentials = CredentialSpec(
        ("api_key",),
        ("api_secret",),
        ("departure_timeout", "hls_path", "hls_url"),
        self_hosted=True,
        duration_fields=("departure_timeout",),
    )

    def __init__(self, credentials: Mapping[str, str], options: TransportOptions) -> None:
        self._key, self._secret = credentials["api_key"], credentials["api_secret"]
        self._departure = int(credentials.get("departure_timeout") or DEPARTURE_TIMEOUT)
        self._http = Transport("LiveKit", _with_http_url(options), base_url="", read_error=read_error)
        hls = {name: credentials.get(name, "") for name in ("hls_path", "hls_url")}
        self._egress = Egress(partial(self._send, max_bytes=MAX_LIST_BYTES, service="livekit.Egress"), **hls)

    def check_credentials(self) -> None:
        """Lists one room by a name, which needs a token that the server's secret signed."""
        self._rooms(["credentials-check"])

    def open_room(
        self,
        room_type: str,
        room_id: str,
        *,
        created_by: str,
        custom: Mapping[str, Any] | None = None,
        starts_at: datetime | None = None,
        max_seconds: int | None = None,
    ) -> Room:
        """Get or create; `custom` is the room's metadata, as JSON.

        LiveKit has no field for `created_by`, and limits no room's duration: `max_seconds` is left out.
        """
        metadata = {"metadata": json.dumps(dict(custom))} if custom else {}
        body = {"name": room_id, **self._timeouts(starts_at), **metadata}
        return read_room(room_type, self._request("CreateRoom", room_id, body, {"roomCreate": True}), room_id)

    def room(self, room_type: str, room_id: str) -> Room:
        """Raises Rejected (code "not_found") for a room that is over or never existed."""
        room = self._find(room_type, room_id)
        if room is None:
            raise Rejected("LiveKit has no such room (any more).", code=NOT_FOUND)
        return room

    def change_room(
        self,
        room_type: str,
        room_id: str,
        *,
        starts_at: datetime | None,
        custom: Mapping[str, Any],
        max_seconds: int | None = None,
    ) -> Room:
        """Replaces the metadata; the timers are fixed when a room is opened."""
        grants = {"roomAdmin": True, "room": room_id}
        body = {"room": room_id, "metadata": json.dumps(dict(custom))}
        return read_room(room_type, self._request("UpdateRoomMetadata", room_id, body, grants), room_id)

    def go_live(self, room_type: str, room_id: str) -> Room:
        """There is no backstage. The room is created again if it was lost (the server restarted)."""
        return self.open_room(room_type, room_id, created_by="")

    def end_room(self, room_type: str, room_id: str, *, verify_first: bool = False) -> Room:
        """Disconnects all participants and deletes the room: LiveKit has no other end."""
        if verify_first and self._find(room_type, room_id) is None:
            return _ended_room(room_type, room_id)
        try:
            self._delete(room_id)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            if self._find(room_type, room_id) is not None:
                text = "LiveKit would not end a room that it shows as open."
                raise Unavailable(text, code="not_confirmed", help_url=error.help_url) from None
        return _ended_room(room_type, room_id)

    def delete_room(self, room_type: str, room_id: str) -> bool:
        try:
            self._delete(room_id)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return False
        return True

    def live_ids(self) -> frozenset[str]:
        """All rooms, empty ones too: anybody with a token can join a room that is open."""
        return frozenset(read_room("", each).id for each in self._rooms([]))

    def broadcast_room(self, name: str, *, title: str) -> tuple[str, str]:
        """An egress needs a room; it waits in it for the first participant."""
        return "", self.open_room("", name, created_by="", custom={"title": title} if title else None).id

    def start_broadcast(self, room_type: str, room_id: str, broadcast: Broadcast) -> ProviderStream:
        return self._egress.start(_require_name(room_id), broadcast)

    def stop_broadcast(self, ref: StreamRef) -> StopOutcome:
        return self._egress.stop(ref, has_room=lambda: self._find("", ref.parent_id) is not None)

    def broadcasts(self, room_type: str, room_id: str) -> Sequence[ProviderStream]:
        return self._egress.of_room(_require_name(room_id))

    def live_broadcasts(self) -> Sequence[ProviderStream]:
        """All egresses that were started under a name of ours and run."""
        return [each for each in self._egress.running() if each.name]

    def client_token(
        self, room_type: str, room_id: str, user_id: str, *, seconds: int, role: ParticipantRole = PARTICIPANT
    ) -> str:
        """For this room only. A host may also use the server API for it: mute, remove, end."""
        return join_token(self._key, self._secret, room_id, user_id, seconds, is_host=role == HOST)

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.parse(self._key, self._secret, headers, body)

    def _timeouts(self, starts_at: datetime | None) -> dict[str, int]:
        until_start = (starts_at - datetime.now(UTC)).total_seconds() if starts_at else 0
        empty_timeout = EMPTY_TIMEOUT + max(0, round(until_start))
        return {"empty_timeout": min(empty_timeout, 2**31), "departure_timeout": self._departure}

    def _delete(self, room_id: str) -> None:
        """DeleteRoomResponse has no fields: an answer with any is not LiveKit's."""
        if self._request("DeleteRoom", room_id, {"room": room_id}, {"roomCreate": True}):
            raise UnknownOutcome("LiveKit's answer is not that of an end.", code="bad_answer")

    def _find(self, room_type: str, room_id: str) -> Room | None:
        rooms = (read_room(room_type, each) for each in self._rooms([_require_name(room_id)]))
        return next((room for room in rooms if room.id == room_id), None)

    def _rooms(self, names: list[str]) -> list[Any]:
        body = {"names": names} if names else {}
        max_bytes = MAX_RESPONSE_BYTES if names else MAX_LIST_BYTES
        answer = self._send("ListRooms", body, {"roomList": True}, max_bytes=max_bytes)
        # A proxy may leave empty lists out, as proto3's JSON allows; then nothing else is in the answer.
        rooms = answer.get("rooms", None if answer else [])
        if not isinstance(rooms, list):
            raise Unavailable("LiveKit's answer is not a list of rooms.", code="bad_answer")
        return rooms

    def _request(
        self, method: str, room_id: str, body: Mapping[str, Any], grants: Mapping[str, Any]
    ) -> dict[str, Any]:
        _require_name(room_id)
        return self._send(method, body, grants, max_bytes=MAX_RESPONSE_BYTES)

    def _send(
        self,
        method: str,
        body: Mapping[str, Any],
        grants: Mapping[str, Any],
        *,
        max_bytes: int,
        service: str = "livekit.RoomService",
    ) -> dict[str, Any]:
        token = request_token(self._key, self._secret, grants)
        path, headers = f"/twirp/{service}/{method}", {"Authorization": f"Bearer {token}"}
        return self._http.request("POST", path, body=body, headers=headers, max_bytes=max_bytes).data


def _require_name(room_id: str) -> str:
    if not room_id:
        raise Rejected("A room without a name.", code="bad_id")
    return room_id


def _ended_room(room_type: str, room_id: str) -> Room:
    """LiveKit keeps no end time, so it is the time at which the end was observed."""
    return Room(room_id, room_type, is_live=False, ended_at=datetime.now(UTC))


def _with_http_url(options: TransportOptions) -> TransportOptions:
    """The options with an http(s) URL; LiveKit's own tools write it as ws:// and wss://."""
    if not options.base_url:
        raise NotConfigured("The livekit connection lacks base_url, the address of its server.")
    parts = urlsplit(options.base_url)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return replace(options, base_url=parts._replace(scheme=scheme).geturl())
