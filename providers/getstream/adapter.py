"""GetStream Video's server-side REST API: open, read, end and delete calls ("rooms" here), mint tokens.

Source: the published wire format (getstream.io/video/docs/api); written from it, without GetStream's
own package, whose licence forbids such use.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import jwt

from providers.base import Room
from providers.errors import Rejected, Unavailable
from providers.events import ProviderEventData, RecordingFile
from providers.getstream import events
from providers.getstream.wire import read_recording, read_room
from providers.http import TransportFactory, path_segment

BASE_URL = "https://video.stream-io-api.com"
ERROR_DOCS = "https://getstream.io/chat/docs/react/api_errors_response/"
# Code 16: does not exist; code 4: input error, which an operation on an ended call may answer.
NOT_FOUND, INPUT_ERROR = "16", "4"
TOKEN_SECONDS = 3600
# What a query gives at a time at most, and how many pages are read before it is taken for endless.
PAGE_SIZE, MAX_PAGES = 50, 1000


class GetStream:
    """One customer's Stream app."""

    provider = "getstream"

    def __init__(self, credentials: Mapping[str, str], base_url: str, transport: TransportFactory) -> None:
        self._key, self._secret = credentials["api_key"], credentials["api_secret"]
        self._http = transport("GetStream", base_url or BASE_URL, read_error=_read_error)

    def open_room(
        self,
        room_type: str,
        room_id: str,
        *,
        created_by: str,
        custom: Mapping[str, Any] | None = None,
        starts_at: datetime | None = None,
    ) -> Room:
        """Get or create; the id makes a repetition harmless."""
        data = {"created_by_id": created_by, "custom": dict(custom or {}), **_start_time(starts_at)}
        return read_room(self._ask("POST", room_type, room_id, body={"data": data}))

    def room(self, room_type: str, room_id: str) -> Room:
        return read_room(self._ask("GET", room_type, room_id))

    def change_room(
        self, room_type: str, room_id: str, *, starts_at: datetime | None, custom: Mapping[str, Any]
    ) -> Room:
        """Stream replaces `custom` as a whole, and cannot take a time back once it was set."""
        body = {"custom": dict(custom), **_start_time(starts_at)}
        return read_room(self._ask("PATCH", room_type, room_id, body=body))

    def go_live(self, room_type: str, room_id: str) -> Room:
        """Looks first: go_live on an ended call would open it anew (GetStream/stream-video-js#900)."""
        before = self.room(room_type, room_id)
        if before.ended_at or not before.backstage:
            return before
        return read_room(self._ask("POST", room_type, room_id, "/go_live"))

    def recordings(self, room_type: str, call_id: str) -> list[RecordingFile]:
        files = self._ask("GET", room_type, call_id, "/recordings").get("recordings")
        if not isinstance(files, list):
            raise Unavailable("GetStream's answer is not a list of recordings.", code="bad_answer")
        found = [read_recording(each) for each in files]
        return sorted((each for each in found if each), key=lambda each: str(each.started_at))

    def end_room(self, room_type: str, room_id: str, *, verify_first: bool = False) -> Room:
        if verify_first:
            room = self._as_it_stands(room_type, room_id)
            if room.ended_at or not room.id:
                return room
        try:
            self._ask("POST", room_type, room_id, "/mark_ended")
        except Rejected as error:
            return self._prove_over(room_type, room_id, error)
        return self._seen_over(room_type, room_id)

    def _prove_over(self, room_type: str, room_id: str, error: Rejected) -> Room:
        """Refused: a room that ended or is gone is what was wanted, anything else is not."""
        if error.code not in (NOT_FOUND, INPUT_ERROR, "400"):
            raise error
        room = self._as_it_stands(room_type, room_id)
        if room.ended_at is None and room.id:
            text = "GetStream would not end a room that it shows as open."
            raise Unavailable(text, code="not_confirmed", help_url=error.help_url)
        return room

    def _as_it_stands(self, room_type: str, room_id: str) -> Room:
        """The room; one without an id if there is none (any more)."""
        try:
            return self.room(room_type, room_id)
        except Rejected as error:
            if error.code == NOT_FOUND:  # a 404 in other words comes from something else than GetStream
                return Room("", room_type, is_live=False)
            raise

    def _seen_over(self, room_type: str, room_id: str) -> Room:
        """mark_ended answers 201 with a duration only; that it took hold is enough, the time is ours."""
        return Room(room_id, room_type, is_live=False, ended_at=datetime.now(UTC))

    def delete_room(self, room_type: str, room_id: str, *, hard: bool = False) -> None:
        try:
            self._ask("POST", room_type, room_id, "/delete", body={"hard": hard})
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise

    def live_ids(self) -> frozenset[str]:
        """Calls with a session under way: those are what is paid for."""
        found: set[str] = set()
        wanted: dict[str, Any] = {"filter_conditions": {"ongoing": True}, "limit": PAGE_SIZE}
        for _ in range(MAX_PAGES):
            answer = self._send("POST", "/api/v2/video/calls", body=wanted)
            calls = answer.get("calls")
            if not isinstance(calls, list):
                raise Unavailable("GetStream's answer is not a list of calls.", code="bad_answer")
            found |= {read_room(each).id for each in calls}
            if not answer.get("next"):
                return frozenset(found)
            wanted = wanted | {"next": answer["next"]}
        raise Unavailable("GetStream's list of calls does not end.", code="bad_answer")

    def client_token(self, room_type: str, room_id: str, user_id: str, *, seconds: int) -> str:
        return self.user_token(user_id, seconds=seconds, call_cids=(f"{room_type}:{room_id}",))

    def user_token(
        self, user_id: str, *, seconds: int = TOKEN_SECONDS, call_cids: tuple[str, ...] = ()
    ) -> str:
        """A token for a user's client; with call_cids ("type:id") one that adds access to those calls."""
        now = int(time.time())
        claims: dict[str, Any] = {"user_id": user_id, "iat": now - 5, "exp": now + seconds}
        if call_cids:
            claims["call_cids"] = list(call_cids)
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.read(self._key, self._secret, headers, body)

    def _ask(
        self, method: str, room_type: str, room_id: str, verb: str = "", body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        path = f"/api/v2/video/call/{path_segment(room_type)}/{path_segment(room_id)}{verb}"
        return self._send(method, path, body)

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        token = jwt.encode({"server": True, "iat": int(time.time()) - 5}, self._secret, algorithm="HS256")
        headers = {"Authorization": token, "stream-auth-type": "jwt"}
        answer = self._http.request(method, path, params={"api_key": self._key}, body=body, headers=headers)
        return answer.data


def _start_time(at: datetime | None) -> dict[str, str]:
    return {"starts_at": at.astimezone(UTC).isoformat()} if at else {}


def _read_error(status: int, body: Mapping[str, Any]) -> tuple[str, str, str]:
    """Stream's error body: {code, message, StatusCode, duration, more_info, details}."""
    code = str(body.get("code") or "")
    return code, f"error {code} ({status})" if code else str(status), ERROR_DOCS if code else ""
