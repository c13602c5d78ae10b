"""GetStream's resources: rooms and recordings."""

import secrets
import time
from collections.abc import Mapping
from typing import Any


def new_room(room_type: str, room_id: str, data: dict[str, Any]) -> dict[str, Any]:
    """A room as just created; it has a session once a participant joins."""
    now = time.time_ns()
    return {
        "id": room_id,
        "type": room_type,
        "cid": f"{room_type}:{room_id}",
        "created_at": now,
        "updated_at": now,
        "starts_at": data.get("starts_at"),
        "ended_at": None,
        "backstage": room_type == "livestream",
        "recording": False,
        "current_session_id": "",
        "session": None,
        "custom": data.get("custom") or {},
        "created_by": {"id": data.get("created_by_id", "")},
        "blocked_user_ids": [],
        "settings": data.get("settings_override") or {},
        "egress": {},
        "_members": {},  # by user id
        "_stays": [],
    }


def public(room: Mapping[str, Any]) -> dict[str, Any]:
    """A room as the API and the events show it."""
    return {name: value for name, value in room.items() if not name.startswith("_")}


def room_response(room: dict[str, Any]) -> dict[str, Any]:
    """The response that holds a room and its members."""
    members = list(room["_members"].values())
    return {"call": public(room), "members": members, "own_capabilities": [], "duration": "1.00ms"}


def call_recording(file: dict[str, Any], base_url: str) -> dict[str, Any]:
    """A call_recording; its link is signed again with every request, as CloudFront does."""
    started, ended = int((file["made"] - file["seconds"]) * 1e9), int(file["made"] * 1e9)
    name = f"rec_default_{file['name']}_{ended}.mp4"
    signed = f"Expires={int(time.time() + file['life'])}&Signature={secrets.token_hex(8)}&Key-Pair-Id=SANDBOX"
    return {
        "filename": name,
        "url": f"{base_url}/recordings/{name}?{signed}",
        "start_time": started,
        "end_time": ended,
        "session_id": file["name"],
        "recording_type": "composite",
    }


def end_session(room: dict[str, Any]) -> bool:
    """False if the room had no session."""
    had_session = bool(room["current_session_id"])
    if had_session:
        room["current_session_id"] = ""
        room["session"] |= {"ended_at": time.time_ns()}
    return had_session
