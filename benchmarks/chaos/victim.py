"""The neighbour of an attacker: an ordinary customer, whose waits are measured one request at a time."""

import json
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.support.client import TURNS, Customer

# Seconds after which a wait is given up and counted as it is.
PATIENCE = 30.0
LONG = 1.0
# Between two samples.
PAUSE = 0.15
PROBES = ("make-call", "transcript", "end", "strict end", "hang-up", "webhook", "list", "healthz")


@dataclass
class Samples:
    """Of each probe: the seconds that answers took, and how many requests were refused or not answered."""

    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: Counter[str] = field(default_factory=Counter)


class Arrivals:
    """A webhook endpoint in this process: when an event of each type and call arrived."""

    def __init__(self) -> None:
        arrived: dict[tuple[str, str], float] = {}
        changed = threading.Condition()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                at = time.time()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()
                call_id = body["data"].get("call", {}).get("id", "")
                with changed:
                    arrived.setdefault((body["type"], call_id), at)
                    changed.notify_all()

            def log_message(self, *_: object) -> None:
                pass

        self._arrived, self._changed = arrived, changed
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def wait(self, kind: str, call_id: str) -> float:
        """When the event came (Unix seconds); now, once PATIENCE has passed."""
        with self._changed:
            self._changed.wait_for(lambda: (kind, call_id) in self._arrived, PATIENCE)
            return self._arrived.get((kind, call_id), time.time())


class Victim(threading.Thread):
    """Takes samples of each probe until it is stopped."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(daemon=True)
        self.customer = customer
        self.arrivals = Arrivals()
        answer = self.customer.ask("POST", "/v1/webhooks/endpoints", {"url": self.arrivals.url})
        answer.raise_for_status()
        self._samples = Samples()
        self._going_on = "", time.monotonic()
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._sample()
            except requests.RequestException:
                time.sleep(PAUSE)
            self._going_on = "", float("inf")
            self._stopped.wait(PAUSE)

    def take(self) -> Samples:
        """The samples since this was called last; a wait that goes on counts as far as it has come, if long."""
        taken, self._samples = self._samples, Samples()
        probe, began = self._going_on
        if time.monotonic() - began > LONG:
            taken.waits[probe].append(time.monotonic() - began)
        return taken

    def stop(self) -> None:
        self._stopped.set()
        self.join(PATIENCE * 4)

    def _sample(self) -> None:
        call = self._timed("make-call", "POST", "/calls/make-call", _phone_call())["data"]
        self._timed("transcript", "PUT", f"/v1/calls/{call['id']}/transcript", {"turns": TURNS})
        self._timed("end", "POST", "/calls/end", {"call_id": call["id"]})
        answered = time.time()
        self._going_on = "hang-up", time.monotonic()
        hung_up = self._hung_up(call["call_sid"])
        self._samples.waits["hang-up"].append(max(0.0, hung_up - answered))
        self._going_on = "webhook", time.monotonic()
        arrived = self.arrivals.wait("call.ended", call["id"])
        self._samples.waits["webhook"].append(max(0.0, arrived - answered))
        video = self._timed(
            "make-call",
            "POST",
            "/v1/live/calls",
            {"host_user_id": "h", "title": "t", "provider": "getstream"},
        )
        self._timed("strict end", "POST", f"/v1/live/calls/{video['id']}/end", None)
        self._timed("list", "GET", "/v1/calls?limit=50", None)
        self._timed("healthz", "GET", "/healthz", None)

    def _timed(self, probe: str, method: str, path: str, body: Any) -> dict[str, Any]:  # noqa: ANN401
        """The answer's document. One that is refused, or is not answered, is no wait: it counts by itself."""
        began = time.monotonic()
        self._going_on = probe, began
        try:
            answer = self.customer.http.request(
                method, self.customer.local.url + path, json=body, timeout=PATIENCE
            )
            answer.raise_for_status()
        except requests.RequestException:
            self._samples.refused[probe] += 1
            raise
        self._samples.waits[probe].append(time.monotonic() - began)
        return answer.json() if "json" in answer.headers.get("Content-Type", "") else {}

    def _hung_up(self, leg: str) -> float:
        """When the provider was asked to end the leg (Unix seconds, its ledger's)."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            entries = self.customer.sandbox.ledger(operation="end_call", resource=leg)
            if entries:
                return float(entries[0]["at"])
            time.sleep(0.02)
        return time.time()


def _phone_call() -> dict[str, Any]:
    return {
        "call_from": "+14155550100",
        "call_to": "+14155550111",
        "twiml": "<Response><Say>Hello.</Say></Response>",
    }
