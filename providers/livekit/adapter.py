"""LiveKit's server API: open, read, list and end rooms on one's own server, mint tokens, read its webhooks.

Source: docs.livekit.io/reference/other/roomservice-api and github.com/livekit/protocol (livekit_room.proto):
Twirp, which is POST with JSON to /twirp/livekit.RoomService/<Method>. A room is there until it is deleted, or
was empty for too long; LiveKit keeps nothing of it then: "no such room" is how it says that one is over.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from providers.base import Room
from providers.errors import NotConfigured, Rejected, Unavailable
from providers.events import ProviderEventData
from providers.http import MAX_RESPONSE_BYTES, TransportFactory
from providers.livekit import events
from providers.livekit.tokens import join_token, request_token
from providers.livekit.wire import NOT_FOUND, read_error, read_room

# The platform ends calls by its own rules, first; these are for the case that it is not there to do so (s).
# Nobody came: a day after the room was to begin it is given up, and an hour later LiveKit closes it.
EMPTY_TIMEOUT = 25 * 3600
# Everybody left: longer than the platform's own grace (its EMPTY_ROOM_GRACE, 120 s), unless the connection says.
DEPARTURE_TIMEOUT = 150
# ListRooms has no pages: all rooms of a server come in one answer, some 600 bytes each.
MAX_LIST_BYTES = 32 * MAX_RESPONSE_BYTES


class LiveKit:
    """One customer's LiveKit server, or project in LiveKit's cloud."""

    provider = "livekit"

    def __init__(self, credentials: Mapping[str, str], base_url: str, transport: TransportFactory) -> None:
        self._key, self._secret = credentials["api_key"], credentials["api_secret"]
        self._departure = int(credentials.get("departure_timeout") or DEPARTURE_TIMEOUT)
        self._http = transport("LiveKit", _http_url(base_url), read_error=read_error)

    def open_room(
        self,
        room_type: str,
        room_id: str,
        *,
        created_by: str,
        custom: Mapping[str, Any] | None = None,
        starts_at: datetime | None = None,
    ) -> Room:
        """Get or create; `custom` is the room's metadata, as JSON. Whose wish it is LiveKit does not keep."""
        metadata = {"metadata": json.dumps(dict(custom))} if custom else {}
        body = {"name": room_id, **self._timeouts(starts_at), **metadata}
        return read_room(room_type, self._ask("CreateRoom", room_id, body, {"roomCreate": True}))

    def room(self, room_type: str, room_id: str) -> Room:
        """Rejected (code "not_found") for one that is over, or never was: LiveKit does not tell which."""
        room = self._find(room_type, room_id)
        if room is None:
            raise Rejected("LiveKit has no such room (any more).", code=NOT_FOUND)
        return room

    def change_room(
        self, room_type: str, room_id: str, *, starts_at: datetime | None, custom: Mapping[str, Any]
    ) -> Room:
        """Its metadata; how long a room waits for somebody to come is fixed when it is opened."""
        grants = {"roomAdmin": True, "room": room_id}
        body = {"room": room_id, "metadata": json.dumps(dict(custom))}
        return read_room(room_type, self._ask("UpdateRoomMetadata", room_id, body, grants))

    def go_live(self, room_type: str, room_id: str) -> Room:
        """There is no backstage. A room that waited may be lost (its server restarted), and is made anew."""
        return self.open_room(room_type, room_id, created_by="")

    def end_room(self, room_type: str, room_id: str, *, verify_first: bool = False) -> Room:
        """Puts everybody out, and deletes the room: LiveKit has no other end."""
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

    def delete_room(self, room_type: str, room_id: str) -> None:
        try:
            self._delete(room_id)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise

    def live_ids(self) -> frozenset[str]:
        """All rooms, with somebody in them or not: whoever has a token can go into one that is open."""
        return frozenset(read_room("", each).id for each in self._rooms([]))

    def client_token(self, room_type: str, room_id: str, user_id: str, *, seconds: int) -> str:
        return join_token(self._key, self._secret, room_id, user_id, seconds)

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.read(self._key, self._secret, headers, body)

    def _timeouts(self, starts_at: datetime | None) -> dict[str, int]:
        until = (starts_at - datetime.now(UTC)).total_seconds() if starts_at else 0
        wait = EMPTY_TIMEOUT + max(0, round(until))
        return {"empty_timeout": min(wait, 2**31), "departure_timeout": self._departure}

    def _delete(self, room_id: str) -> None:
        self._ask("DeleteRoom", room_id, {"room": room_id}, {"roomCreate": True})

    def _find(self, room_type: str, room_id: str) -> Room | None:
        found = (read_room(room_type, each) for each in self._rooms([_require_name(room_id)]))
        return next((room for room in found if room.id == room_id), None)

    def _rooms(self, names: list[str]) -> list[Any]:
        body = {"names": names} if names else {}
        answer = self._send(
            "ListRooms", body, {"roomList": True}, cap=MAX_RESPONSE_BYTES if names else MAX_LIST_BYTES
        )
        rooms = answer.get("rooms", [])  # a proxy may leave empty lists out, as proto3's JSON allows
        if not isinstance(rooms, list):
            raise Unavailable("LiveKit's answer is not a list of rooms.", code="bad_answer")
        return rooms

    def _ask(self, method: str, room_id: str, body: Mapping[str, Any], grants: Mapping[str, Any]) -> Any:  # noqa: ANN401
        _require_name(room_id)
        return self._send(method, body, grants, cap=MAX_RESPONSE_BYTES)

    def _send(
        self, method: str, body: Mapping[str, Any], grants: Mapping[str, Any], *, cap: int
    ) -> dict[str, Any]:
        token = request_token(self._key, self._secret, grants)
        path, headers = f"/twirp/livekit.RoomService/{method}", {"Authorization": f"Bearer {token}"}
        return self._http.request("POST", path, body=body, headers=headers, cap=cap).data


def _require_name(room_id: str) -> str:
    if not room_id:
        raise Rejected("A room without a name.", code="bad_id")
    return room_id


def _ended_room(room_type: str, room_id: str) -> Room:
    """LiveKit keeps no time of the end; the time is when it was seen to be so."""
    return Room(room_id, room_type, is_live=False, ended_at=datetime.now(UTC))


def _http_url(base_url: str) -> str:
    """The address as HTTP; LiveKit's own tools write it as ws:// and wss://."""
    if not base_url:
        raise NotConfigured("The livekit connection lacks base_url, the address of its server.")
    parts = urlsplit(base_url)
    return parts._replace(scheme={"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)).geturl()
