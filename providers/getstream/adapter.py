"""GetStream Video's server-side REST API: open, read, broadcast, end and delete calls ("rooms" here).

Source: the published wire format (getstream.io/video/docs/api); written from it, without GetStream's
own package, whose licence forbids such use.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from providers.base import HOST, PARTICIPANT, ChatToken, ParticipantRole, Room
from providers.credentials import CredentialSpec
from providers.errors import Rejected, Unavailable, UnknownOutcome
from providers.events import ParticipantStay, ProviderEventData, RecordingFile
from providers.getstream import events
from providers.getstream.broadcasts import CallBroadcasts, read_egress
from providers.getstream.tokens import server_token, user_token
from providers.getstream.wire import (
    INPUT_ERROR,
    NOT_FOUND,
    hls_name,
    last_session_id,
    read_error,
    read_recording,
    read_room,
    read_stay,
    session_timer,
    start_time,
)
from providers.http import Transport, TransportOptions, path_segment
from providers.streams import Broadcast, ProviderStream, StopOutcome, StreamRef

BASE_URL = "https://video.stream-io-api.com"
# One of Stream's predefined call roles; a member without a role has the call type's `call_member`.
HOST_ROLE = "host"
# The API's maximum page size, and the number of pages after which a list is treated as endless.
PAGE_SIZE, MAX_PAGES = 50, 1000


class GetStream:
    """One customer's Stream app."""

    provider = "getstream"
    credentials = CredentialSpec(("api_key",), ("api_secret",))
    kept_headers = events.KEPT_HEADERS
    max_event_age = events.MAX_AGE

    def __init__(self, credentials: Mapping[str, str], options: TransportOptions) -> None:
        self._key, self._secret = credentials["api_key"], credentials["api_secret"]
        self._http = Transport("GetStream", options, base_url=BASE_URL, read_error=read_error)
        self._broadcasts = CallBroadcasts(self._request)

    def check_credentials(self) -> None:
        """Queries one call, which needs a token that the app's secret signed."""
        answer = self._send("POST", "/api/v2/video/calls", body={"limit": 1})
        if not isinstance(answer.get("calls"), list):
            raise Unavailable("GetStream's answer is not a list of calls.", code="bad_answer")

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
        """Get or create; the id makes a repetition harmless."""
        data = {"created_by_id": created_by, "custom": dict(custom or {})}
        data |= {**start_time(starts_at), **session_timer(max_seconds)}
        return read_room(self._request("POST", room_type, room_id, body={"data": data}), room_id)

    def room(self, room_type: str, room_id: str) -> Room:
        return read_room(self._request("GET", room_type, room_id), room_id)

    def change_room(
        self,
        room_type: str,
        room_id: str,
        *,
        starts_at: datetime | None,
        custom: Mapping[str, Any],
        max_seconds: int | None = None,
    ) -> Room:
        """Stream replaces `custom` as a whole, but for the name of its HLS, and cannot unset a start time."""
        kept = hls_name(self._request("GET", room_type, room_id))
        body = {"custom": kept | dict(custom), **start_time(starts_at), **session_timer(max_seconds)}
        return read_room(self._request("PATCH", room_type, room_id, body=body), room_id)

    def go_live(self, room_type: str, room_id: str) -> Room:
        """Reads first: go_live on an ended call would reopen it (GetStream/stream-video-js#900)."""
        before = self.room(room_type, room_id)
        if before.ended_at or not before.backstage:
            return before
        return read_room(self._request("POST", room_type, room_id, "/go_live"), room_id)

    def recordings(self, room_type: str, call_id: str) -> list[RecordingFile]:
        listed = self._request("GET", room_type, call_id, "/recordings").get("recordings")
        if not isinstance(listed, list):
            raise Unavailable("GetStream's answer is not a list of recordings.", code="bad_answer")
        found = [read_recording(each) for each in listed]
        return sorted((each for each in found if each), key=lambda each: str(each.started_at))

    def attendance(self, room_type: str, room_id: str, sessions: Sequence[str]) -> list[ParticipantStay]:
        """A session that Stream does not know (any more) has no stays."""
        latest = last_session_id(self._request("GET", room_type, room_id))
        ids = dict.fromkeys(id for id in (*sessions, latest) if id)
        return [stay for id in ids for stay in self._stays(room_type, room_id, id)]

    def _stays(self, room_type: str, room_id: str, session_id: str) -> Iterator[ParticipantStay]:
        verb, query = f"/session/{path_segment(session_id)}/participant_sessions", {"limit": str(PAGE_SIZE)}
        for _ in range(MAX_PAGES):
            try:
                page = self._request("GET", room_type, room_id, verb, query=query)
            except Rejected as error:
                if error.code != NOT_FOUND:
                    raise
                return
            listed = page.get("participants_sessions")
            if not isinstance(listed, list):
                raise Unavailable("GetStream's answer is not a list of participants.", code="bad_answer")
            yield from filter(None, map(read_stay, listed))
            if not page.get("next") or not listed:
                return
            query = query | {"next": str(page["next"])}
        raise Unavailable("GetStream's list of participants does not end.", code="bad_answer")

    def end_room(self, room_type: str, room_id: str, *, verify_first: bool = False) -> Room:
        if verify_first:
            room = self._find(room_type, room_id)
            if room.ended_at or not room.id:
                return room
        try:
            answer = self._request("POST", room_type, room_id, "/mark_ended")
        except Rejected as error:
            return self._verify_ended(room_type, room_id, error)
        # mark_ended answers 201 with a duration only, so the end time is ours.
        if not isinstance(answer.get("duration"), str):
            raise UnknownOutcome("GetStream's answer is not that of an end.", code="bad_answer")
        return Room(room_id, room_type, is_live=False, ended_at=datetime.now(UTC))

    def _verify_ended(self, room_type: str, room_id: str, error: Rejected) -> Room:
        """After a refusal: the room, if it has ended or does not exist; else raises."""
        if error.code not in (NOT_FOUND, INPUT_ERROR):
            raise error
        room = self._find(room_type, room_id)
        if room.ended_at is None and room.id:
            text = "GetStream would not end a room that it shows as open."
            raise Unavailable(text, code="not_confirmed", help_url=error.help_url)
        return room

    def _find(self, room_type: str, room_id: str) -> Room:
        """The room; one with an empty id if it does not exist."""
        try:
            return self.room(room_type, room_id)
        except Rejected as error:
            if error.code == NOT_FOUND:
                return Room("", room_type, is_live=False)
            raise

    def delete_room(self, room_type: str, room_id: str) -> bool:
        try:
            read_room(self._request("POST", room_type, room_id, "/delete", body={"hard": False}), room_id)
        except Rejected as error:
            if error.code != NOT_FOUND:
                raise
            return False
        return True

    def live_ids(self) -> frozenset[str]:
        """Calls with an ongoing session: those are billed."""
        return frozenset(read_room(each).id for each in self._ongoing())

    def _ongoing(self) -> Iterator[Any]:
        query: dict[str, Any] = {"filter_conditions": {"ongoing": True}, "limit": PAGE_SIZE}
        for _ in range(MAX_PAGES):
            answer = self._send("POST", "/api/v2/video/calls", body=query)
            calls = answer.get("calls")
            if not isinstance(calls, list):
                raise Unavailable("GetStream's answer is not a list of calls.", code="bad_answer")
            yield from calls
            if not answer.get("next"):
                return
            query = query | {"next": answer["next"]}
        raise Unavailable("GetStream's list of calls does not end.", code="bad_answer")

    def broadcast_room(self, name: str, *, title: str) -> tuple[str, str]:
        """A call of the type `livestream`, which begins in its backstage."""
        custom = {"title": title} if title else None
        return "livestream", self.open_room("livestream", name, created_by="host", custom=custom).id

    def start_broadcast(self, room_type: str, room_id: str, broadcast: Broadcast) -> ProviderStream:
        return self._broadcasts.start(room_type, room_id, broadcast)

    def stop_broadcast(self, ref: StreamRef) -> StopOutcome:
        return self._broadcasts.stop(ref)

    def broadcasts(self, room_type: str, room_id: str) -> Sequence[ProviderStream]:
        return self._broadcasts.of_call(room_type, room_id)

    def live_broadcasts(self) -> Sequence[ProviderStream]:
        """Those of the calls with a session: without one, nothing is broadcast."""
        return [each for call in self._ongoing() for each in read_egress(call.get("call"))]

    def client_token(
        self, room_type: str, room_id: str, user_id: str, *, seconds: int, role: ParticipantRole = PARTICIPANT
    ) -> str:
        """A call token: this user becomes a member of the room in `call_cids`, a host with the claim `role`.

        It adds access and takes none away: what the app's permissions let every user do, such as to join any
        call of a type, this user may do with it too (getstream.io/video/docs/api/authentication).
        """
        call = f"{room_type}:{room_id}"
        return user_token(self._secret, user_id, seconds, call=call, role=HOST_ROLE if role == HOST else "")

    def chat_token(self, user_id: str, *, seconds: int) -> ChatToken:
        """A user token; Stream Chat and Video have the same users."""
        return ChatToken(self._key, user_token(self._secret, user_id, seconds))

    def read_event(self, url: str, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
        return events.parse(self._key, self._secret, headers, body)

    def redacted(self, body: bytes) -> bytes:
        return events.redacted(body)

    def _request(
        self,
        method: str,
        room_type: str,
        room_id: str,
        verb: str = "",
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        path = f"/api/v2/video/call/{path_segment(room_type)}/{path_segment(room_id)}{verb}"
        return self._send(method, path, body, query)

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        headers = {"Authorization": server_token(self._secret), "stream-auth-type": "jwt"}
        params = {"api_key": self._key, **(query or {})}
        return self._http.request(method, path, params=params, body=body, headers=headers).data
