"""Starts and stops media streams while components fail; what runs afterwards is an orphan, and is billed.

Audio is forked from phone calls over Vobiz, which lists streams, and Twilio, which does not; meetings are
broadcast over GetStream and Cloudflare. Most calls go on: a call's end would stop its streams as well.
"""

import contextlib
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import requests

from benchmarks.bench_calls import connect
from benchmarks.chaos.state import Ended, Run
from calls.demo.voice_bot import VoiceBot
from tests.support.client import NUMBER, Customer, PlacedCall

T = TypeVar("T")

VOBIZ_NUMBER, CALLEE = "+14155550177", "+14155550113"
STREAMS_PER_CALL = 8
TRIES = 40
# Rows that are not over though nobody wants them to run any more.
OPEN = "SELECT id::text FROM calls_mediastream WHERE status IN ('starting', 'live', 'stopping')"
FOUND_LATER = "SELECT count(*) FROM calls_mediastream WHERE still_live_at IS NOT NULL"
OUTCOMES = (
    "SELECT kind || ' ' || status || ' ' || outcome, count(*) FROM calls_mediastream GROUP BY 1 ORDER BY 1"
)


@dataclass
class StreamLog:
    """What the clients of streams were answered."""

    started: int = 0
    stopped: list[str] = field(default_factory=list)  # the ids whose stop was answered 2xx or 404
    failed: Counter[str] = field(default_factory=Counter)


class StreamClients:
    """Two threads for phone calls, two for meetings."""

    def __init__(self, run: Run, bot: VoiceBot, seed: int) -> None:
        self._run, self._bot, self.log = run, bot, StreamLog()
        self._rng = random.Random(seed)
        self._customer = run.customer
        self._apps = _connected(run.customer)

    def threads(self) -> list[threading.Thread]:
        calls = [
            threading.Thread(target=self._fork_often, args=(number,)) for number in (NUMBER, VOBIZ_NUMBER)
        ]
        return calls + [threading.Thread(target=self._broadcast_often, args=(app,)) for app in self._apps]

    def left(self) -> set[str]:
        """Stop what runs by our rows; what is open, or runs at a provider, is left."""
        with contextlib.suppress(requests.RequestException, KeyError):
            for status in ("live", "starting"):
                page = self._customer.ask("GET", f"/v1/streams?status={status}&limit=200").json()
                for stream in page["streams"]:
                    self._customer.ask("POST", f"/v1/streams/{stream['id']}/stop")
        return self.open_rows() | self.orphans()

    def orphans(self) -> set[str]:
        """The ids of streams that run at a provider."""
        return set(sum(self._customer.sandbox.live_streams().values(), []))

    def open_rows(self) -> set[str]:
        with connect(self._run.local.var) as database:
            return {row[0] for row in database.execute(OPEN)}

    def facts(self) -> dict[str, object]:
        with connect(self._run.local.var) as database:
            outcomes = dict(database.execute(OUTCOMES).fetchall())
            (found_later,) = database.execute(FOUND_LATER).fetchone() or (0,)
        return {
            "client: streams started": self.log.started,
            "client: stops answered": len(self.log.stopped),
            "client: responses about streams other than these": dict(self.log.failed),
            **{f"  streams: {name}": count for name, count in outcomes.items()},
            "streams found running after their end, and stopped": found_later,
        }

    # Phone calls.

    def _fork_often(self, number: str) -> None:
        while not self._run.stopped.is_set():
            call = self._tried("call", lambda: self._call(number))
            if call is None:
                time.sleep(0.2)
                continue
            for _ in range(STREAMS_PER_CALL):
                self._fork_and_stop(call)
            if self._rng.random() < 0.5:
                self._fork(call)  # its end stops this one
                self._end(call)

    def _call(self, number: str) -> PlacedCall:
        body = {"call_from": number, "call_to": CALLEE, "url": self._bot.page("answer")}
        answer = self._customer.ask("POST", "/calls/make-call", body)
        answer.raise_for_status()
        call = answer.json()["data"]
        return PlacedCall(self._customer, call["id"], call["call_sid"], "end_call")

    def _fork_and_stop(self, call: PlacedCall) -> None:
        if self._run.stopped.is_set() or not (stream_id := self._fork(call)):
            return
        time.sleep(self._rng.uniform(0, 0.4))
        self._stop("DELETE", f"{self._streams_of(call)}{stream_id}/", stream_id)

    def _fork(self, call: PlacedCall) -> str:
        """The id of a new stream; "" if it was refused, or the answer was lost."""
        body = {"service_url": self._bot.socket_url(uuid.uuid4().hex)}
        answer = self._tried("start", lambda: self._customer.ask("POST", self._streams_of(call), body))
        if answer is None or answer.status_code != 202:
            self.log.failed[f"start {answer.status_code if answer is not None else 'lost'}"] += 1
            return ""
        self.log.started += 1
        return str(answer.json()["stream_id"])

    def _end(self, call: PlacedCall) -> None:
        for _ in range(TRIES):
            answer = self._tried("end", call.end)
            if answer is not None and answer.status_code == 200:
                self._run.ended.append(Ended(call, time.time()))
                return
            time.sleep(0.25)

    def _streams_of(self, call: PlacedCall) -> str:
        return f"/api/v1/Account/{self._customer.auth_id}/Call/{call.id}/Stream/"

    # Meetings.

    def _broadcast_often(self, app: str) -> None:
        kit = f"/client/v4/accounts/{self._customer.account_id}/realtime/kit/{app}/meetings"
        while not self._run.stopped.is_set():
            made = self._tried("meeting", lambda: self._customer.ask("POST", kit, {"title": "chaos"}))
            if made is None or not made.ok:
                time.sleep(0.2)
                continue
            meeting = f"{kit}/{made.json()['data']['id']}"
            for _ in range(STREAMS_PER_CALL):
                self._broadcast(meeting)

    def _broadcast(self, meeting: str) -> None:
        answer = self._tried("livestream", lambda: self._customer.ask("POST", f"{meeting}/livestreams", {}))
        if answer is None or answer.status_code != 201:
            self.log.failed[f"livestream {answer.status_code if answer is not None else 'lost'}"] += 1
        else:
            self.log.started += 1
        time.sleep(self._rng.uniform(0, 0.4))
        self._stop("POST", f"{meeting}/active-livestream/stop", meeting)

    # Both.

    def _stop(self, method: str, path: str, what: str) -> None:
        """Until it is answered that it is stopped, or that nothing of the kind runs."""
        for _ in range(TRIES):
            answer = self._tried("stop", lambda: self._customer.ask(method, path))
            if answer is not None and (answer.ok or answer.status_code == 404):
                self.log.stopped.append(what)
                return
            time.sleep(0.25)

    def _tried(self, what: str, act: Callable[[], T]) -> T | None:
        """None if there was no answer, which is counted."""
        try:
            return act()
        except requests.RequestException as error:
            self.log.failed[f"{what} {type(error).__name__}"] += 1
            return None


def _connected(customer: Customer) -> list[str]:
    """Connects the customer to Vobiz and Cloudflare; an app for GetStream's meetings, and one for Cloudflare's."""
    url, given = customer.local.sandbox_url, {}
    given["vobiz"] = ("auth_id=MA_CHAOS", "auth_token=t", f"phone_number={VOBIZ_NUMBER}")
    given["cloudflare"] = (f"account_id={'c' * 32}", f"app_id={'d' * 32}", "api_token=a-token-of-the-sandbox")
    for provider, keys in given.items():
        customer.local.manage(
            "connect_provider", customer.account_id, provider, "--base-url", url, "--set", *keys
        )
    found = customer.ask("GET", "/v1/connections").json()["connections"]
    ids = {each["provider"]: each["id"] for each in found}
    path = f"/client/v4/accounts/{customer.account_id}/realtime/kit/apps"
    bodies = [{"name": name, "connection_id": ids[name]} for name in ("getstream", "cloudflare")]
    return [customer.ask("POST", path, body).json()["data"]["app"]["id"] for body in bodies]
