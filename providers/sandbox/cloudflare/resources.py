"""RealtimeKit's meetings, livestreams and their sessions, and the forms of its answers."""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from providers.sandbox.vendor import Reply

Resource = dict[str, Any]
RUNNING = ("INVOKED", "LIVE")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_meeting(account: str, app: str, fields: Mapping[str, Any]) -> Resource:
    """A meeting as just created; a field that is not given has its default."""
    at = now()
    defaults = {
        "title": "",
        "persist_chat": False,
        "record_on_start": False,
        "live_stream_on_start": False,
        "summarize_on_end": False,
        "session_keep_alive_time_in_secs": 60,
    }
    own = {"id": str(uuid.uuid4()), "created_at": at, "updated_at": at, "status": "ACTIVE"}
    return defaults | dict(fields) | own | {"_account": account, "_app": app}


def new_livestream(account: str, app: str, meeting_id: str | None, name: object) -> Resource:
    """A livestream that was invoked, with its first session."""
    id, at = str(uuid.uuid4()), now()
    session = {
        "id": str(uuid.uuid4()),
        "livestream_id": id,
        "err_message": None,
        "invoked_time": at,
        "started_time": None,
        "stopped_time": None,
        "created_at": at,
        "updated_at": at,
        "ingest_seconds": "0",
        "viewer_seconds": "0",
    }
    return {
        "id": id,
        "name": name if isinstance(name, str) else None,
        "status": "INVOKED",
        "meeting_id": meeting_id,
        "ingest_server": "rtmps://live.cloudflare.com:443/live/",
        "stream_key": secrets.token_hex(32),
        "playback_url": f"https://customer-sandbox.cloudflarestream.com/{id}/manifest/video.m3u8",
        "disabled": False,
        "created_at": at,
        "updated_at": at,
        "_account": account,
        "_app": app,
        "_session": session,
        "_stuck": False,
    }


def public(resource: Mapping[str, Any]) -> Resource:
    return {name: value for name, value in resource.items() if not name.startswith("_")}


def ok(data: object, status: int = 200, *, effect: bool = False, resource: str = "", **more: object) -> Reply:
    """RealtimeKit's success: {success, data}, without a `result`."""
    return Reply(status, {"success": True, "data": data, **more}, effect=effect, resource=resource)


def page(found: Sequence[Mapping[str, Any]], query: Mapping[str, str]) -> Reply:
    """One page, with `paging` beside `data`."""
    size, number = _number(query.get("per_page"), 20), _number(query.get("page_no"), 1)
    start = (number - 1) * size
    shown = [public(each) for each in found[start : start + size]]
    paging = {"total_count": len(found), "start_offset": start + 1, "end_offset": start + len(shown)}
    return ok(shown, paging=paging)


def own_error(status: int, message: str) -> Reply:
    """RealtimeKit's own form of an error: a single `error`."""
    return Reply(status, {"success": False, "error": {"code": status, "message": message}})


def gateway_error(status: int, code: int, message: str) -> Reply:
    """The form of Cloudflare's gateway in front of it."""
    errors = [{"code": code, "message": message}]
    return Reply(status, {"success": False, "errors": errors, "messages": [], "result": None})


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and int(text) > 0 else default
