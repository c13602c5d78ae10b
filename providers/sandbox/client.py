"""Looking into a sandbox and telling it to fail: for the demo, the tests and the chaos run."""

from typing import Any

import requests


class SandboxClient:
    """The sandbox's own addresses, as Python."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False

    def ledger(self, **query: str) -> list[dict[str, Any]]:
        """Entries, oldest first; filter by provider, operation, resource, effects="1"."""
        return list(self._ask("GET", "/ledger", params=query))

    def effects(self, operation: str, resource: str) -> int:
        """How often this operation really changed this resource."""
        return len(self.ledger(operation=operation, resource=resource, effects="1"))

    def add_fault(self, operation: str, fault: str, **more: Any) -> None:  # noqa: ANN401 - see Fault's fields
        """Have the next such request (or `times` of them) fail."""
        self._ask("POST", "/faults", json={"operation": operation, "fault": fault} | more)

    def live(self) -> dict[str, list[str]]:
        """Ids of what still runs at each vendor."""
        return dict(self._ask("GET", "/live"))

    def call(self, sid: str) -> dict[str, Any]:
        """A phone call as Twilio's side has it."""
        return dict(self._ask("GET", f"/twilio/{sid}"))

    def room(self, kind: str, room_id: str) -> dict[str, Any]:
        """A room as GetStream's side has it, whatever app it is of."""
        return dict(self._ask("GET", f"/rooms/{kind}/{room_id}"))

    def add_recording(self, call_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - see Recordings.add
        """A recording of this call or room is ready at its vendor, which tells nobody."""
        return dict(self._ask("POST", "/recordings", json={"id": call_id} | more))

    def delete_recordings(self, call_id: str) -> None:
        """Their time is over: the vendor has deleted them."""
        self._ask("DELETE", f"/recordings/{call_id}")

    def add_hook(self, key: str, secret: str, url: str) -> None:
        """Where a Stream app sends its events; Twilio's calls bring their address along."""
        self._ask("POST", "/hooks", json={"key": key, "secret": secret, "url": url})

    def remove_hook(self, key: str) -> None:
        """That app tells nobody any more."""
        self._ask("DELETE", f"/hooks/{key}")

    def trigger(self, call_id: str, what: str, **more: Any) -> None:  # noqa: ANN401 - see the sides' happen
        """Something happens to a call or room, of which its vendor tells."""
        self._ask("POST", "/happen", json={"id": call_id, "what": what} | more)

    def set_delivery(self, **habits: Any) -> None:  # noqa: ANN401 - see Habits
        """How events travel from now on, until `reset`."""
        self._ask("PUT", "/hooks/habits", json=habits)

    def release(self, *, reverse: bool = False) -> int:
        """Send the events that were held; they have arrived when this returns."""
        return int(self._ask("POST", "/hooks/release", json={"reverse": reverse})["released"])

    def callbacks(self, resource: str) -> list[dict[str, Any]]:
        """The events of a call or room that were sent, each attempt with the status of its answer."""
        return list(self._ask("GET", "/hooks", params={"resource": resource}))

    def reset(self) -> None:
        """No more faults, and events travel as they should."""
        self._ask("DELETE", "/faults")

    def _ask(self, method: str, path: str, **kwargs: Any) -> Any:  # noqa: ANN401
        answer = self._http.request(method, f"{self.base_url}/_sandbox{path}", timeout=30, **kwargs)
        answer.raise_for_status()
        return answer.json() if answer.content else None
