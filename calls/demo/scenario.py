"""The demo's scenario, run as a customer would: over REST, with an API key."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from calls.demo.transcript import turns
from liveplatform.dev.stack import LocalStack, StartFailed
from providers.sandbox.client import SandboxClient

NUMBER = "+14155550100"
TWIML = "<Response><Say>Hello {{name}}, how can I help?</Say></Response>"
WEBHOOK_TIMEOUT = 30.0  # seconds
EXPECTED_EVENTS = {"call.ended", "call.processed"}


@dataclass
class CallResult:
    """One call: the status codes of its end and of the repeated end, and everything that followed."""

    name: str
    id: str
    end_route: str
    first_status: int
    repeated_status: int
    provider_id: str
    timeline: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    analysis: dict[str, Any] = field(default_factory=dict)
    webhooks: list[dict[str, Any]] = field(default_factory=list)


class Scenario:
    """An account, two calls and their ends; `calls` has the results afterwards."""

    def __init__(self, local: LocalStack) -> None:
        self.local = local
        self.sandbox = SandboxClient(local.sandbox_url)
        self.http = requests.Session()
        self.calls: list[CallResult] = []
        self.still_live: dict[str, list[str]] = {}
        self.secret = ""
        self.auth_id = self.api_key = ""

    def run(self) -> None:
        self._set_up_account()
        self.calls = [self._phone_call(), self._video_call()]
        for call in self.calls:
            self._wait_for_webhooks(call)
            self._fetch(call)

    def finish(self) -> None:
        """After all stories: what is left at the providers."""
        self.still_live = self.sandbox.live()

    def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, **headers: str
    ) -> dict[str, Any]:
        """The JSON of a successful answer; StartFailed with the text of any other."""
        response = self.http.request(method, self.local.url + path, json=body, headers=headers, timeout=30)
        if not response.ok:
            raise StartFailed(f"{method} {path} answered {response.status_code}: {response.text[:500]}")
        return dict(response.json()) if response.content else {}

    def download(self, path: str) -> bytes:
        """The body of a successful answer, as it is."""
        response = self.http.get(self.local.url + path, timeout=30)
        response.raise_for_status()
        return response.content

    def webhooks_about(self, name: str, id: str) -> list[dict[str, Any]]:
        """The received webhooks whose object of this name ("call") has this id; each with its validity."""
        log = self.local.received
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [webhook for line in lines if (webhook := self._verify(line, name, id))]

    def _set_up_account(self) -> None:
        name = f"demo {time.time():.0f}"
        created = json.loads(self.local.manage("create_account", name, "--json"))
        url, account = self.local.sandbox_url, created["account_id"]
        twilio = ("account_sid=AC5f00", "auth_token=demo", f"phone_number={NUMBER}")
        stream = ("api_key=demo", "api_secret=demo-secret-of-32-characters-min")
        self.local.manage("connect_provider", account, "twilio", "--base-url", url, "--set", *twilio)
        self.local.manage("connect_provider", account, "getstream", "--base-url", url, "--set", *stream)
        self.auth_id, self.api_key = created["auth_id"], created["api_key"]
        self.http.headers["Authorization"] = f"Bearer {self.api_key}"
        endpoint = self.request("POST", "/v1/webhooks/endpoints", {"url": f"{self.local.receiver_url}/ok"})
        self.secret = endpoint["secret"]

    def _phone_call(self) -> CallResult:
        agent = self.request("POST", "/v1/agents", {"name": "Help line", "twiml": TWIML})
        body = {"call_from": NUMBER, "call_to": "+14155550123", "ai_agent_id": agent["id"]}
        body["dynamic_variables"] = [{"name": "name", "value": "Sam"}]
        call = self.request("POST", "/calls/make-call", body)["data"]
        self.request("PUT", f"/v1/calls/{call['id']}/transcript", {"turns": turns(), "language": "en"})
        end = {"call_id": call["id"], "disconnect_reason": "Customer requested to end call"}
        first, second = (self._status("POST", "/calls/end", end) for _ in range(2))
        return CallResult(
            "phone call over Twilio", call["id"], "POST /calls/end", first, second, call["call_sid"]
        )

    def _video_call(self) -> CallResult:
        call = self.request("POST", "/v1/live/calls", {"host_user_id": "dr-lee", "title": "Check-up"})
        path = f"/v1/live/calls/{call['id']}/end"
        first, second = (self._status("POST", path) for _ in range(2))
        route = "POST /v1/live/calls/{id}/end"
        return CallResult(
            "video call over GetStream", call["id"], route, first, second, call["stream_call_id"]
        )

    def _wait_for_webhooks(self, call: CallResult) -> None:
        """Wait until the receiver has every expected event, each verified by an independent library."""
        deadline = time.monotonic() + WEBHOOK_TIMEOUT
        while time.monotonic() < deadline:
            call.webhooks = self.webhooks_about("call", call.id)
            if {hook["type"] for hook in call.webhooks} >= EXPECTED_EVENTS:
                return
            time.sleep(0.1)

    def _verify(self, line: dict[str, Any], name: str, id: str) -> dict[str, Any] | None:
        """A received webhook and whether its signature is valid; None if it is about something else."""
        body = json.loads(line["body"])
        if body["data"].get(name, {}).get("id") != id:
            return None
        try:
            Webhook(self.secret).verify(line["body"], line["headers"])
            valid = True
        except (WebhookVerificationError, ValueError):
            valid = False
        return {"type": body["type"], "id": line["headers"]["webhook-id"], "valid": valid, "at": line["at"]}

    def _fetch(self, call: CallResult) -> None:
        call.steps = self.request("GET", f"/v1/calls/{call.id}/steps")["steps"]
        call.timeline = self.request("GET", f"/v1/calls/{call.id}/timeline")["timeline"]
        call.analysis = self.request("GET", f"/v1/calls/{call.id}/analysis")

    def _status(self, method: str, path: str, body: dict[str, Any] | None = None) -> int:
        """The status code; 0 for an answer without a body."""
        response = self.http.request(method, self.local.url + path, json=body, timeout=30)
        return response.status_code if response.content else 0
