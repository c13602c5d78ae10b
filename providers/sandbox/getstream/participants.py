"""GetStream's participants: who joins and leaves a room, and what is known of it afterwards.

Source: getstream.io/video/docs/api/webhooks/events, and the operation queryCallParticipantSessions.
"""

import time
import uuid
from collections.abc import Iterable
from typing import Any

Stay = dict[str, Any]


def join(room: dict[str, Any], identity: str, name: str = "") -> Stay:
    """Somebody enters the room's session; each time, and each device, is a stay of its own."""
    stay = {
        "user_id": identity,
        "name": name,
        "user_session_id": str(uuid.uuid4()),
        "role": room["_members"].get(identity, {}).get("role", "user"),
        "session": room["current_session_id"],
        "joined_at": time.time_ns(),
        "left_at": None,
    }
    room["_stays"].append(stay)
    return stay


def leave(room: dict[str, Any], identity: str = "") -> list[Stay]:
    """All stays of this user end, or of everybody; returns those that did."""
    ended = [stay for stay in present(room) if identity in ("", stay["user_id"])]
    for stay in ended:
        stay["left_at"] = time.time_ns()
    return ended


def present(room: dict[str, Any]) -> list[Stay]:
    """The stays that are not over."""
    return [stay for stay in room["_stays"] if stay["left_at"] is None]


def joined_fields(stay: Stay) -> dict[str, Any]:
    """What call.session_participant_joined says."""
    return {"session_id": stay["session"], "participant": _participant(stay)}


def left_fields(stay: Stay) -> dict[str, Any]:
    """What call.session_participant_left says."""
    seconds = round((stay["left_at"] - stay["joined_at"]) / 1e9)
    return joined_fields(stay) | {"duration_seconds": seconds, "reason": ""}


def report(stays: Iterable[Stay], session: str) -> list[dict[str, Any]]:
    """`participants_sessions` of one session."""
    return [
        {
            "user_id": stay["user_id"],
            "user_session_id": stay["user_session_id"],
            "publisher_type": "WEBRTC",
            "roles": [stay["role"]],
            "joined_at": stay["joined_at"],
            "left_at": stay["left_at"],
            "duration_in_seconds": round(((stay["left_at"] or time.time_ns()) - stay["joined_at"]) / 1e9),
        }
        for stay in stays
        if stay["session"] == session
    ]


def _participant(stay: Stay) -> dict[str, Any]:
    return {
        "user": {"id": stay["user_id"], "name": stay["name"], "role": "user"},
        "user_session_id": stay["user_session_id"],
        "role": stay["role"],
        "joined_at": stay["joined_at"],
    }
