"""The demo's forked call: its audio goes to a voice bot; one stream is stopped, one ends with the call."""

import time
from collections import Counter
from typing import Any

from calls.demo.scenario import Scenario
from calls.demo.stories import Moment
from calls.demo.voice_bot import VoiceBot, wait_until

NUMBER, CALLEE = "+14155550101", "+14155550123"
AUTH_ID, TOKEN = "MA5F00", "demo"  # of the sandbox's Vobiz
FRAMES = 10  # 200 ms of audio
STOPPED, ENDED = "stopped", "ended with the call"  # the two streams
PATHS = {STOPPED: "first", ENDED: "second"}
# Seconds, for each thing that the bot or the workers are waited for.
TIMEOUT = 15.0
CLOSED_WITHIN = 1.0
EXPECTED_EVENTS = {"stream.started": 1, "stream.stopped": 1}
EXPECTED_CALLBACKS = {"StartStream": 1, "StopStream": 1}


class AudioStory:
    """A phone call over Vobiz, in the form of Vobiz's API, with its audio forked twice."""

    name = "phone call with forked audio"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.moments: list[Moment] = []
        self.call_id = ""
        self.streams: dict[str, dict[str, Any]] = {}
        self.frames: dict[str, int] = {}
        self.seconds_to_close: dict[str, float] = {}
        self.webhooks: dict[str, list[dict[str, Any]]] = {}
        self.callbacks: dict[str, Counter[str]] = {}
        self.left: dict[str, list[str]] = {}

    def run(self) -> None:
        with VoiceBot() as self.bot:
            self._connect()
            self._make_call()
            for which in (STOPPED, ENDED):
                self._fork(which)
                self._end(which)
            self._read_back()

    def checks(self) -> list[tuple[str, bool]]:
        checks = [check for which in self.streams for check in self._checks_of(which)]
        left = sorted(id for ids in self.left.values() for id in ids)
        return [*checks, (f"no stream runs at the sandbox: {left}", not left)]

    def _checks_of(self, which: str) -> list[tuple[str, bool]]:
        stream, seconds = self.streams[which], self.seconds_to_close[which]
        events = Counter(hook["type"] for hook in self.webhooks[which])
        started = self._effects("start_stream", self._leg)
        stops = self._effects("stop_stream", stream["provider_stream_id"])
        return [
            (f"{which}: {self.frames[which]} frames of audio came", self.frames[which] >= FRAMES),
            (f"{which}: its socket was closed after {seconds:.2f} s", seconds < CLOSED_WITHIN),
            (f"{which}: {stream['status']}, {stream['outcome']}", self._is_over(stream)),
            (
                f"{which}: the ledger has start_stream {started} times in all, stop_stream {stops}",
                started == len(PATHS) and (stops == 1 or (which == ENDED and not stops)),
            ),
            (f"{which}: each webhook came once: {dict(events)}", events == EXPECTED_EVENTS),
            (f"{which}: every signature is valid", all(hook["valid"] for hook in self.webhooks[which])),
            (
                f"{which}: each callback came once: {dict(self.callbacks[which])}",
                self.callbacks[which] == EXPECTED_CALLBACKS,
            ),
        ]

    # What is done.

    def _connect(self) -> None:
        body = {"provider": "vobiz", "base_url": self.scenario.local.sandbox_url}
        body["credentials"] = {"auth_id": AUTH_ID, "auth_token": TOKEN}
        connection = self.scenario.request("POST", "/v1/connections", body)
        number = {"phone_number": NUMBER, "connection_id": connection["id"]}
        self.scenario.request("POST", "/v1/phone-numbers", number)

    def _make_call(self) -> None:
        body = {"from": NUMBER, "to": CALLEE, "answer_url": self.bot.page("answer"), "answer_method": "POST"}
        self.call_id = self._vendor("POST", "", body)["request_uuid"]
        self._leg = self.scenario.request("GET", f"/v1/calls/{self.call_id}/record")["provider"]["call_id"]
        self._tell("POST …/Call/", "live", f"to {CALLEE}")

    def _fork(self, which: str) -> None:
        """Start a stream, and wait until its audio comes."""
        body = {
            "service_url": self.bot.socket_url(PATHS[which]),
            "status_callback_url": self.bot.page("callback"),
        }
        stream_id = self._vendor("POST", f"{self.call_id}/Stream/", body)["stream_id"]
        self.streams[which] = {"id": stream_id}
        self._tell("POST …/Stream/", "started", f"to {self.bot.socket_url(PATHS[which])}")
        wait_until(lambda: self._heard(which) >= FRAMES, TIMEOUT)
        self._tell("audio", "arrives", f"{self._heard(which)} frames of 20 ms")

    def _end(self, which: str) -> None:
        """Stop the stream; or end the call, and the stream with it."""
        path = (
            f"{self.call_id}/Stream/{self.streams[which]['id']}/" if which == STOPPED else f"{self.call_id}/"
        )
        began = time.monotonic()
        self._vendor("DELETE", path)
        self._tell("DELETE …/Stream/{id}/" if which == STOPPED else "DELETE …/Call/{id}/", "204")
        wait_until(lambda: self._closed_at(which) is not None, TIMEOUT)
        self.seconds_to_close[which] = (self._closed_at(which) or float("inf")) - began
        self.frames[which] = self._heard(which)
        self._tell("socket", "closed", f"after {self.seconds_to_close[which]:.2f} s")

    def _read_back(self) -> None:
        wait_until(self._has_all, TIMEOUT)
        for which, stream in self.streams.items():
            found = self.streams[which] = self.scenario.request("GET", f"/v1/streams/{stream['id']}")
            self._tell(
                "GET /v1/streams/{id}", found["status"], f"{found['outcome']}, by {found['stopped_by']}"
            )
        self.left = self.scenario.sandbox.live_streams()

    # What is seen.

    def _vendor(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A request in the form of Vobiz's API, with its two headers."""
        account, key = self.scenario.auth_id, self.scenario.api_key
        headers = {"X-Auth-ID": account, "X-Auth-Token": key}
        return self.scenario.request(method, f"/api/v1/Account/{account}/Call/{path}", body, **headers)

    def _has_all(self) -> bool:
        for which, stream in self.streams.items():
            self.webhooks[which] = self.scenario.webhooks_about("stream", stream["id"])
            own = [form["Event"] for form in self.bot.callbacks if form["StreamID"] == stream["id"]]
            self.callbacks[which] = Counter(own)
        events = (Counter(hook["type"] for hook in hooks) for hooks in self.webhooks.values())
        return all(each >= Counter(EXPECTED_EVENTS) for each in events) and all(
            each >= Counter(EXPECTED_CALLBACKS) for each in self.callbacks.values()
        )

    def _heard(self, which: str) -> int:
        visit = self.bot.visits.get(PATHS[which])
        return visit.frames if visit else 0

    def _closed_at(self, which: str) -> float | None:
        visit = self.bot.visits.get(PATHS[which])
        return visit.closed_at if visit else None

    def _is_over(self, stream: dict[str, Any]) -> bool:
        return bool(stream["status"] == "stopped" and stream["outcome"] in ("stopped", "not_running"))

    def _effects(self, operation: str, resource: str) -> int:
        return self.scenario.sandbox.effects(operation, resource)

    def _tell(self, what: str, state: str, detail: str = "") -> None:
        self.moments.append(Moment(time.monotonic(), what, state, detail))
