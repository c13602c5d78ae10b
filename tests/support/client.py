"""A customer of a running platform: REST requests, received webhooks, and the provider's ledger."""

import json
import time
from collections import Counter
from typing import Any

import requests

from liveplatform.dev.stack import LocalStack
from providers.sandbox.client import SandboxClient

NUMBER = "+14155550100"
VOBIZ_NUMBER = "+14155550101"
TWIML = "<Response><Say>Hello.</Say></Response>"
# For a stack under load; the settings have limits by default.
NO_RATE_LIMITS = {"API_RATE_PER_MINUTE": "0", "API_ACCOUNT_RATE_PER_MINUTE": "0"}
TURNS = [
    {"role": "agent", "text": "Hello, how can I help you today?", "start_ms": 0, "end_ms": 2000},
    {
        "role": "customer",
        "text": "I have called four times and nobody called back.",
        "start_ms": 2500,
        "end_ms": 6000,
    },
    {"role": "agent", "text": "I am sorry about that.", "start_ms": 6500, "end_ms": 8000},
    {
        "role": "customer",
        "text": "It is still not working, I want a refund.",
        "start_ms": 8300,
        "end_ms": 11000,
    },
]


class Customer:
    """One account with its connections and a webhook endpoint."""

    def __init__(self, local: LocalStack, name: str) -> None:
        self.local, self.sandbox = local, SandboxClient(local.sandbox_url)
        account = json.loads(local.manage("create_account", name, "--json"))
        self.account_id, self.key = account["account_id"], account["api_key"]
        self.auth_id = account["auth_id"]
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {self.key}"
        self.connect()
        answer = self.ask("POST", "/v1/webhooks/endpoints", {"url": f"{local.receiver_url}/ok"})
        self.secret = answer.json()["secret"]

    def connect(self) -> None:
        url = self.local.sandbox_url
        twilio = (f"account_sid=AC{self.account_id}", "auth_token=t", f"phone_number={NUMBER}")
        stream = (f"api_key={self.account_id}", "api_secret=a-secret-of-at-least-32-characters")
        self.local.manage("connect_provider", self.account_id, "twilio", "--base-url", url, "--set", *twilio)
        self.local.manage(
            "connect_provider", self.account_id, "getstream", "--base-url", url, "--set", *stream
        )

    def connect_vobiz(self, number: str = VOBIZ_NUMBER) -> None:
        """A connection to Vobiz as well, with a number of its own."""
        given = (f"auth_id={self.vobiz_id}", "auth_token=t", f"phone_number={number}")
        url = self.local.sandbox_url
        self.local.manage("connect_provider", self.account_id, "vobiz", "--base-url", url, "--set", *given)

    @property
    def vobiz_id(self) -> str:
        """Of its Vobiz account: 20 characters, as Plivo's package wants them."""
        return f"MA{self.account_id.replace('-', '')[:18].upper()}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.request(method, self.local.url + path, json=body, headers=sent, timeout=20)

    def phone_call(self, *, transcript: bool = True, time_limit: int | None = None) -> "PlacedCall":
        body = {"call_from": NUMBER, "call_to": "+14155550111", "twiml": TWIML, "time_limit": time_limit}
        answer = self.ask("POST", "/calls/make-call", body)
        answer.raise_for_status()
        call = answer.json()["data"]
        if transcript:
            self.ask("PUT", f"/v1/calls/{call['id']}/transcript", {"turns": TURNS}).raise_for_status()
        return PlacedCall(self, call["id"], call["call_sid"], "end_call")

    def video_call(
        self, *, transcript: bool = False, provider: str = "getstream", **more: Any
    ) -> "PlacedCall":
        body = {"host_user_id": "h", "title": "t", "provider": provider} | more
        answer = self.ask("POST", "/v1/live/calls", body)
        answer.raise_for_status()
        call = answer.json()
        if transcript:
            self.ask("PUT", f"/v1/calls/{call['id']}/transcript", {"turns": TURNS}).raise_for_status()
        operation = {"getstream": "end_room", "livekit": "delete_room"}[provider]
        return PlacedCall(self, call["id"], call["stream_call_id"], operation)


class PlacedCall:
    """A created call: how to end it, its steps, and the webhooks about it."""

    def __init__(self, customer: Customer, call_id: str, provider_id: str, operation: str) -> None:
        self.customer, self.id = customer, call_id
        self.provider_id, self.operation = provider_id, operation

    def end(self, **headers: str) -> requests.Response:
        return self.customer.ask("POST", "/calls/end", {"call_id": self.id}, **headers)

    def end_strictly(self) -> requests.Response:
        return self.customer.ask("POST", f"/v1/live/calls/{self.id}/end")

    def steps(self) -> dict[str, dict[str, Any]]:
        answer = self.customer.ask("GET", f"/v1/calls/{self.id}/steps")
        assert answer.status_code == 200, answer.text
        steps = answer.json()["steps"]
        return {step["kind"]: step for step in steps}

    def states(self) -> dict[str, str]:
        return {kind: step["state"] for kind, step in self.steps().items()}

    def settled(self, seconds: float = 30) -> dict[str, dict[str, Any]]:
        """The steps, once all are settled; AssertionError with their states after `seconds`."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            steps = self.steps()
            if steps and all(step["state"] not in ("pending", "running") for step in steps.values()):
                return steps
            time.sleep(0.1)
        raise AssertionError(f"not settled after {seconds} s: {self.steps()}")

    def effects(self) -> int:
        return self.customer.sandbox.effects(self.operation, self.provider_id)

    def received(self) -> list[dict[str, Any]]:
        """The webhooks about this call, as the receiver logged them."""
        log = self.customer.local.received
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [line for line in lines if self.id in line["body"]]

    def event_counts(self, *wanted: str, seconds: float = 15) -> Counter[str]:
        """How often each event type was received, once the wanted ones were (or after `seconds`)."""
        until = time.monotonic() + seconds
        while True:
            types = Counter(json.loads(line["body"])["type"] for line in self.received())
            if set(wanted) <= set(types) or time.monotonic() > until:
                return types
            time.sleep(0.1)

    def assert_exactly_once(self) -> None:
        """One effect at the provider, one message per event, no step unsettled: guarantees G1 to G4."""
        steps = self.settled()
        assert steps["terminate"]["state"] == "done", steps
        assert self.effects() == 1
        assert self.provider_id not in sum(self.customer.sandbox.live().values(), [])
        events = self.event_counts("call.ended", "call.processed")
        assert {"call.ended", "call.processed"} <= set(events)
        bodies = {}
        for line in self.received():
            assert bodies.setdefault(line["headers"]["webhook-id"], line["body"]) == line["body"]
        types = {json.loads(body)["type"] for body in bodies.values()}
        assert len(bodies) == len(types), "one message id per event"
