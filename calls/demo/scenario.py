"""What the demo does, as any customer would: over REST, with an API key."""

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
WEBHOOK_TIMEOUT = 30.0
EXPECTED_EVENTS = {"call.ended", "call.processed"}


@dataclass
class CallResult:
    """One call of the story: what was answered, and what came of it."""

    name: str
    id: str
    door: str
    answer: int
    repeated: int
    provider_id: str
    story: list[dict[str, Any]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)
    analysis: dict[str, Any] = field(default_factory=dict)
    webhooks: list[dict[str, Any]] = field(default_factory=list)


class Scenario:
    """An account, two calls, their ends, and what can be seen of them from outside."""

    def __init__(self, local: LocalStack) -> None:
        self.local = local
        self.sandbox = SandboxClient(local.sandbox_url)
        self.http = requests.Session()
        self.calls: list[CallResult] = []
        self.still_live: dict[str, list[str]] = {}
        self.secret = ""

    def run(self) -> None:
        """The whole story; afterwards `calls` tells it."""
        self._account()
        self.calls = [self._phone_call(), self._video_call()]
        for call in self.calls:
            self._wait_for_news(call)
            self._look(call)
        self.still_live = self.sandbox.live()

    def _account(self) -> None:
        name = f"demo {time.time():.0f}"
        made = json.loads(self.local.manage("create_account", name, "--json"))
        url, account = self.local.sandbox_url, made["account_id"]
        twilio = ("account_sid=AC5f00", "auth_token=demo", f"phone_number={NUMBER}")
        stream = ("api_key=demo", "api_secret=demo-secret-of-32-characters-min")
        self.local.manage("connect_provider", account, "twilio", "--base-url", url, "--set", *twilio)
        self.local.manage("connect_provider", account, "getstream", "--base-url", url, "--set", *stream)
        self.http.headers["Authorization"] = f"Bearer {made['api_key']}"
        made = self._ask("POST", "/v1/webhooks/endpoints", {"url": f"{self.local.receiver_url}/ok"})
        self.secret = made["secret"]

    def _phone_call(self) -> CallResult:
        wish = {"call_from": NUMBER, "call_to": "+14155550123", "echo_room": True}
        call = self._ask("POST", "/calls/make-call", wish)["data"]
        self._ask("PUT", f"/v1/calls/{call['id']}/transcript", {"turns": turns(), "language": "en"})
        end = {"call_id": call["id"], "disconnect_reason": "Customer requested to end call"}
        first, second = (self._status("POST", "/calls/end", end) for _ in range(2))
        return CallResult(
            "phone call over Twilio", call["id"], "POST /calls/end", first, second, call["call_sid"]
        )

    def _video_call(self) -> CallResult:
        call = self._ask("POST", "/v1/live/calls", {"host_user_id": "dr-lee", "title": "Check-up"})
        path = f"/v1/live/calls/{call['id']}/end"
        first, second = (self._status("POST", path) for _ in range(2))
        door = "POST /v1/live/calls/{id}/end"
        return CallResult(
            "video call over GetStream", call["id"], door, first, second, call["stream_call_id"]
        )

    def _wait_for_news(self, call: CallResult) -> None:
        """Until the receiver has everything about this call, each verified by the independent library."""
        until = time.monotonic() + WEBHOOK_TIMEOUT
        while time.monotonic() < until:
            call.webhooks = [found for line in self._received() if (found := self._verified(line, call.id))]
            if {hook["type"] for hook in call.webhooks} >= EXPECTED_EVENTS:
                return
            time.sleep(0.1)

    def _received(self) -> list[dict[str, Any]]:
        log = self.local.received
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def _verified(self, line: dict[str, Any], call_id: str) -> dict[str, Any] | None:
        body = json.loads(line["body"])
        if body["data"].get("call", {}).get("id") != call_id:
            return None
        try:
            Webhook(self.secret).verify(line["body"], line["headers"])
            valid = True
        except (WebhookVerificationError, ValueError):
            valid = False
        return {"type": body["type"], "id": line["headers"]["webhook-id"], "valid": valid, "at": line["at"]}

    def _look(self, call: CallResult) -> None:
        call.steps = self._ask("GET", f"/v1/calls/{call.id}/steps")["steps"]
        call.story = self._ask("GET", f"/v1/calls/{call.id}/timeline")["timeline"]
        call.analysis = self._ask("GET", f"/v1/calls/{call.id}/analysis")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = self.http.request(method, self.local.url + path, json=body, timeout=30)
        if not answer.ok:
            raise StartFailed(f"{method} {path} answered {answer.status_code}: {answer.text[:500]}")
        return dict(answer.json())

    def _status(self, method: str, path: str, body: dict[str, Any] | None = None) -> int:
        answer = self.http.request(method, self.local.url + path, json=body, timeout=30)
        return answer.status_code if answer.content else 0
