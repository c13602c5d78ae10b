"""Recordings on the vendors' sides: added over the control API, or together with their event."""

import secrets
import time
from typing import Any

from providers.sandbox.vendor import Sandbox, store_bounded

TWO_WEEKS = 14 * 24 * 3600


class Recordings:
    """The files of all calls and rooms, by the vendor's id of the call."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._files: dict[str, dict[str, Any]] = sandbox.store.setdefault("recordings", {})

    def add(self, request: dict[str, Any]) -> dict[str, Any]:
        """`id` of the call or room; `seconds`: duration; `life` (s) of a signed link; `status` at Twilio."""
        name = secrets.token_hex(16)
        file = {"name": name, "made": time.time(), "seconds": 60, "life": TWO_WEEKS, "status": "completed"}
        file |= {key: request[key] for key in ("seconds", "life", "status") if key in request}
        call_id = str(request["id"])
        store_bounded(self._files, call_id, self._files.pop(call_id, {}) | {name: file})
        return file

    def of(self, call_id: str) -> list[dict[str, Any]]:
        """The files of a call or room, oldest first."""
        return list(self._files.get(call_id, {}).values())

    def remove(self, call_id: str, name: str) -> None:
        """Delete one file."""
        self._files.get(call_id, {}).pop(name, None)

    def delete(self, call_id: str) -> None:
        self._files.pop(call_id, None)
