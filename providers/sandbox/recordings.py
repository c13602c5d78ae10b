"""What was recorded, on the vendors' sides: added by hand, or with the event that tells of it."""

import secrets
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from providers.sandbox.faults import Sandbox, store_bounded

TWO_WEEKS = 14 * 24 * 3600


class Recordings:
    """The files of all calls and rooms, by the vendor's id of the call."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._files: dict[str, dict[str, Any]] = sandbox.store.setdefault("recordings", {})

    def add(self, wish: dict[str, Any]) -> dict[str, Any]:
        """`id` of the call or room; `seconds` it lasts; `life` (s) of a signed link; `status` at Twilio."""
        name = secrets.token_hex(16)
        file = {"name": name, "made": time.time(), "seconds": 60, "life": TWO_WEEKS, "status": "completed"}
        file |= {key: wish[key] for key in ("seconds", "life", "status") if key in wish}
        call_id = str(wish["id"])
        store_bounded(self._files, call_id, self._files.pop(call_id, {}) | {name: file})
        return file

    def of(self, call_id: str) -> list[dict[str, Any]]:
        """Oldest first."""
        return list(self._files.get(call_id, {}).values())

    def forget(self, call_id: str) -> None:
        """Deleted, or past its time."""
        self._files.pop(call_id, None)


def to_getstream(file: dict[str, Any], base_url: str) -> dict[str, Any]:
    """A call_recording with a link that is signed anew at each asking, as CloudFront signs."""
    began, ended = int((file["made"] - file["seconds"]) * 1e9), int(file["made"] * 1e9)
    name = f"rec_default_{file['name']}_{ended}.mp4"
    signed = f"Expires={int(time.time() + file['life'])}&Signature={secrets.token_hex(8)}&Key-Pair-Id=SANDBOX"
    return {
        "filename": name,
        "url": f"{base_url}/recordings/{name}?{signed}",
        "start_time": began,
        "end_time": ended,
        "session_id": file["name"],
        "recording_type": "composite",
    }


def to_twilio(file: dict[str, Any], account: str, sid: str) -> dict[str, Any]:
    """A recording resource of the 2010-04-01 API."""
    at = datetime.fromtimestamp(file["made"] - file["seconds"], UTC)
    name = f"RE{file['name']}"
    return {
        "sid": name,
        "account_sid": account,
        "call_sid": sid,
        "conference_sid": None,
        "api_version": "2010-04-01",
        "status": file["status"],
        "source": "OutboundAPI",
        "channels": 1,
        "duration": str(file["seconds"]),
        "start_time": format_datetime(at),
        "date_created": format_datetime(at),
        "date_updated": format_datetime(at),
        "price": None,
        "price_unit": "USD",
        "track": "both",
        "error_code": None,
        "encryption_details": None,
        "uri": f"/2010-04-01/Accounts/{account}/Calls/{sid}/Recordings/{name}.json",
    }
