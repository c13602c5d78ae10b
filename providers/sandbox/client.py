"""Client of the sandbox's control API: read the ledger, inject faults, trigger events."""

from typing import Any

import requests


class SandboxClient:
    """The addresses under /_sandbox, as methods."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False

    def ledger(self, **query: str) -> list[dict[str, Any]]:
        """Requests received, oldest first; filter by provider, operation, resource, effects="1"."""
        return list(self._request("GET", "/ledger", params=query))

    def effects(self, operation: str, resource: str) -> int:
        """How many requests of this operation changed this resource."""
        return len(self.ledger(operation=operation, resource=resource, effects="1"))

    def add_fault(self, operation: str, fault: str, **more: Any) -> None:  # noqa: ANN401 - see Fault's fields
        """Make the next request of this operation (or the next `times`) fail."""
        self._request("POST", "/faults", json={"operation": operation, "fault": fault} | more)

    def live(self) -> dict[str, list[str]]:
        """Ids of what is live, by vendor."""
        return dict(self._request("GET", "/live"))

    def live_streams(self) -> dict[str, list[str]]:
        """Ids of the forks and broadcasts that run, by vendor."""
        return dict(self._request("GET", "/live_streams"))

    def call(self, sid: str, vendor: str = "twilio") -> dict[str, Any]:
        """A phone call as stored on its vendor's side."""
        return dict(self._request("GET", f"/{vendor}/{sid}"))

    def stream(self, stream_id: str, vendor: str = "twilio") -> dict[str, Any]:
        """An audio stream as stored on its vendor's side."""
        return dict(self._request("GET", f"/{vendor}_streams/{stream_id}"))

    def room(self, room_type: str, room_id: str) -> dict[str, Any]:
        """A room as stored on GetStream's side, of any app."""
        return dict(self._request("GET", f"/rooms/{room_type}/{room_id}"))

    def place_calls(
        self, account_sid: str, count: int, to: str, from_: str, *, vendor: str = "twilio"
    ) -> list[str]:
        """The ids of so many phone calls, answered at once, whatever faults are active."""
        form = {"To": to, "From": from_, "count": str(count)}
        return list(self._request("POST", f"/{vendor}/{account_sid}/calls", data=form))

    def add_recording(self, call_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - see Recordings.add
        """Add a completed recording of a call or room, without an event."""
        return dict(self._request("POST", "/recordings", json={"id": call_id} | more))

    def delete_recordings(self, call_id: str) -> None:
        """Delete all recordings of a call or room, as a vendor does after its retention."""
        self._request("DELETE", f"/recordings/{call_id}")

    def set_secret(self, key: str, secret: str) -> None:
        """The auth token or API secret of an account SID or API key; any other one is refused."""
        self._request("POST", "/secrets", json={"key": key, "secret": secret})

    def add_hook(self, key: str, secret: str, url: str) -> None:
        """Set the webhook of a Stream app or LiveKit server; Twilio's calls bring their own URL."""
        self._request("POST", "/hooks", json={"key": key, "secret": secret, "url": url})

    def remove_hook(self, key: str) -> None:
        """Remove that webhook."""
        self._request("DELETE", f"/hooks/{key}")

    def trigger(self, call_id: str, what: str, **more: Any) -> None:  # noqa: ANN401 - see Vendor.trigger
        """Make something happen to a call or room; its vendor sends the event."""
        self._request("POST", "/happen", json={"id": call_id, "what": what} | more)

    def set_delivery(self, **behaviour: Any) -> None:  # noqa: ANN401 - see DeliveryBehaviour
        """How events are delivered from now on, until `reset`."""
        self._request("PUT", "/hooks/habits", json=behaviour)

    def release(self, *, reverse: bool = False) -> int:
        """Send the held events; returns their number once all have been delivered."""
        return int(self._request("POST", "/hooks/release", json={"reverse": reverse})["released"])

    def callbacks(self, resource: str) -> list[dict[str, Any]]:
        """The delivery attempts of events about a call or room, with the status of each response."""
        return list(self._request("GET", "/hooks", params={"resource": resource}))

    def forks(self, call_id: str = "") -> list[dict[str, Any]]:
        """The audio streams that are live, of all calls or of one."""
        return list(self._request("GET", "/forks", params={"call": call_id} if call_id else {}))

    def fork(self, stream_id: str) -> dict[str, Any]:
        """An audio stream that is live, or has ended lately."""
        return dict(self._request("GET", f"/forks/{stream_id}"))

    def fork_recording(self, stream_id: str) -> bytes:
        """A WAV file of what the bot has played back."""
        return bytes(self._send("GET", f"/forks/{stream_id}/recording").content)

    def stop_fork(self, stream_id: str) -> None:
        """Stop an audio stream as the vendor does of its own accord."""
        self._request("DELETE", f"/forks/{stream_id}")

    def press_keys(self, stream_id: str, digits: str) -> None:
        """Have the caller press these keys."""
        self._request("POST", f"/forks/{stream_id}/dtmf", json={"digits": digits})

    def speak(self, wav: bytes = b"", *, file: str = "", call_id: str = "", loop: bool = True) -> None:
        """What calls say from now on: a WAV file, or the `file` of this name in the sandbox's folder."""
        query = {"file": file, "call": call_id, "once": "" if loop else "1"}
        given = {name: value for name, value in query.items() if value}
        self._request("PUT", "/speech", params=given, data=wav)

    def reset_speech(self, call_id: str = "") -> None:
        """Have calls say what the sandbox makes up."""
        self._request("DELETE", "/speech", params={"call": call_id} if call_id else {})

    def reset(self) -> None:
        """Remove all faults, and restore normal event delivery."""
        self._request("DELETE", "/faults")

    def _request(self, method: str, path: str, **kwargs: Any) -> Any:  # noqa: ANN401
        answer = self._send(method, path, **kwargs)
        return answer.json() if answer.content else None

    def _send(self, method: str, path: str, **kwargs: Any) -> requests.Response:  # noqa: ANN401
        answer = self._http.request(method, f"{self.base_url}/_sandbox{path}", timeout=30, **kwargs)
        answer.raise_for_status()
        return answer
