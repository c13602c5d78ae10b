"""The demo's session: one seat and a waitlist; promoted, joined, ended; its mails are read back."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from calls.demo.scenario import Scenario
from calls.demo.stories import Moment
from sessions_app.demo.mailbox import ReceivedMail, clear, read_mails, uid_of

HOST, FIRST, SECOND = "dr-jones", "anna", "ben"
ZONE = "Europe/Berlin"
TIMEOUT = 30.0  # seconds, for each thing that workers do
EXPECTED_EVENTS = {
    "session.created": 1,
    "registration.created": 2,
    "registration.cancelled": 1,
    "registration.promoted": 1,
    "session.started": 1,
    "session.ended": 1,
}
EXPECTED_MAILS = {
    (FIRST, "REQUEST"),  # registered
    (SECOND, ""),  # on the waitlist
    (FIRST, "CANCEL"),
    (SECOND, "REQUEST"),  # promoted
}


class SessionStory:
    """A session over REST, by a back end that acts for its users."""

    name = "session with one seat"

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.moments: list[Moment] = []
        self.session: dict[str, Any] = {}
        self.states: dict[str, str] = {}
        self.participants: list[dict[str, Any]] = []
        self.webhooks: list[dict[str, Any]] = []
        self.mails: list[ReceivedMail] = []
        self.attendance: dict[str, Any] = {}
        self.published_uid = ""
        self.has_token = False

    def run(self) -> None:
        clear(self._mailbox)
        self._hear_events()
        self._schedule()
        self._register()
        self._hold()
        self._read_back()

    def checks(self) -> list[tuple[str, bool]]:
        counts = Counter(hook["type"] for hook in self.webhooks)
        call_id = str(self.session["stream_call_id"])
        sandbox = self.scenario.sandbox
        present = [each["identity"] for each in self.participants]
        opened, ended = (sandbox.effects(act, call_id) for act in ("open_room", "end_room"))
        return [
            (f"the seat went on: {self.states}", self.states == {FIRST: "cancelled", SECOND: "registered"}),
            ("who was promoted got a token", self.has_token),
            (f"it ended with one seat taken: {self.session['status']}", self._has_ended()),
            (f"the call knows who was there: {present}", present == [SECOND]),
            (f"the attendance says who came: {self._came()}", self._came() == {SECOND: True}),
            (
                f"the sandbox's ledger has open_room {opened} time(s), end_room {ended}",
                (opened, ended) == (1, 1),
            ),
            (f"each webhook came once: {dict(counts)}", EXPECTED_EVENTS.items() <= counts.items()),
            ("every signature is valid", all(hook["valid"] for hook in self.webhooks)),
            *self._mail_checks(),
        ]

    def _mail_checks(self) -> list[tuple[str, bool]]:
        sent = [(mail.to.partition("@")[0], mail.method) for mail in self.mails]
        entries = [mail for mail in self.mails if mail.method]
        zone = ZoneInfo(ZONE)
        local = datetime.fromisoformat(self.session["scheduled_at"]).astimezone(zone)
        times = {(mail.starts_at, mail.zone) for mail in entries}
        first = [mail for mail in entries if mail.to.startswith(FIRST)]
        return [
            (f"four mails were sent, none twice: {sent}", set(sent) == EXPECTED_MAILS and len(sent) == 4),
            ("each has a Message-ID of its own", len({mail.message_id for mail in self.mails}) == len(sent)),
            (
                "all entries have the UID of the session's .ics",
                {mail.uid for mail in entries} == {self.published_uid},
            ),
            (f"they start at {times}", times == {(f"{local:%Y%m%dT%H%M%S}", ZONE)}),
            ("the cancellation overtakes its invitation", _grows(first)),
        ]

    def _came(self) -> dict[str, bool]:
        return {each["user_id"]: each["attended"] for each in self.attendance["attendance"]}

    def _has_ended(self) -> bool:
        return bool(self.session["status"] == "ended" and self.session["registered_count"] == 1)

    # What is done.

    def _hear_events(self) -> None:
        """The sandbox sends the room's events, as the provider does."""
        found = self.scenario.request("GET", "/v1/connections")["connections"]
        url = next(each["events_url"] for each in found if each["provider"] == "getstream")
        self.scenario.sandbox.add_hook("demo", "demo-secret-of-32-characters-min", url)

    def _schedule(self) -> None:
        at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
        body = {"host_id": HOST, "brand_id": "acme", "title": "Sleep and recovery", "max_participants": 1}
        body |= {"scheduled_at": at.isoformat(), "timezone": ZONE, "duration_minutes": 30}
        self.session = self.scenario.request("POST", "/v1/sessions", body)
        self._tell("POST /v1/sessions", self.session["status"], f"1 seat, at {at:%H:%M} UTC")

    def _register(self) -> None:
        """One has the seat, another waits; the first cancels, so the other is promoted."""
        for user in (FIRST, SECOND):
            body = {"email": f"{user}@example.com", "timezone": ZONE}
            answer = self._as(user, "POST", "registrations", body)
            self._tell("POST …/registrations", answer["status"], user)
            self._wait_for_mails(user, 1)
        self._as(FIRST, "DELETE", "registrations/me")
        self._tell("DELETE …/registrations/me", "cancelled", FIRST)
        rows = self.scenario.request("GET", f"{self._path}/registrations")["registrations"]
        self.states = {row["user_id"]: row["status"] for row in reversed(rows)}
        self._tell("GET …/registrations", self.states[SECOND], f"{SECOND} was promoted")

    def _hold(self) -> None:
        started = self._as(HOST, "POST", "start")
        call_id = started["stream_call_id"]
        self._tell("POST …/start", started["status"], f"room {call_id}")
        joined = self._as(SECOND, "POST", "join", {"user_id": SECOND})
        self.has_token = bool(joined["token"])
        self._tell("POST …/join", "joined", f"{SECOND} as {joined['role']}")
        self.scenario.sandbox.trigger(call_id, "joined", identity=SECOND)
        self._wait_for_participants(call_id)
        ended = self._as(HOST, "POST", "end")
        self._tell("POST …/end", ended["status"], f"{ended['registered_count']} seat taken")

    def _read_back(self) -> None:
        self._wait_until(self._has_all_events)
        for user in (FIRST, SECOND):
            self._wait_for_mails(user, 2)
        call_id = self.session["stream_call_id"] = self._read()["stream_call_id"]
        self._wait_until(lambda: self.scenario.sandbox.effects("end_room", call_id) == 1)
        self.session = self._read()
        self.attendance = self.scenario.request("GET", f"{self._path}/attendance")
        self.published_uid = uid_of(self.scenario.download(f"{self._path}.ics"))
        for mail in self.mails:
            self._tell(f"mail to {mail.to}", mail.method.lower() or "–", mail.subject)

    # What is seen.

    @property
    def _mailbox(self) -> Path:
        return self.scenario.local.var / "mails"

    @property
    def _path(self) -> str:
        return f"/v1/sessions/{self.session['id']}"

    def _read(self) -> dict[str, Any]:
        return self.scenario.request("GET", self._path)

    def _as(self, user: str, method: str, verb: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return self.scenario.request(method, f"{self._path}/{verb}", body, **{"X-User-Id": user})

    def _tell(self, what: str, state: str, detail: str = "") -> None:
        self.moments.append(Moment(time.monotonic(), what, state, detail))

    def _has_all_events(self) -> bool:
        self.webhooks = self.scenario.webhooks_about("session", self.session["id"])
        return Counter(hook["type"] for hook in self.webhooks).items() >= EXPECTED_EVENTS.items()

    def _wait_for_mails(self, user: str, count: int) -> None:
        def have_come() -> bool:
            self.mails = read_mails(self._mailbox)
            return sum(mail.to.startswith(f"{user}@") for mail in self.mails) >= count

        self._wait_until(have_come)

    def _wait_for_participants(self, call_id: str) -> None:
        def have_come() -> bool:
            answer = self.scenario.request("GET", f"/v1/calls/{call_id}/participants")
            self.participants = list(answer["participants"])
            return bool(self.participants)

        self._wait_until(have_come)
        self._tell(
            "GET /v1/calls/{id}/participants", "present", ", ".join(p["identity"] for p in self.participants)
        )

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        """Until it is true, or TIMEOUT has passed: then the checks tell what is missing."""
        deadline = time.monotonic() + TIMEOUT
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.1)


def _grows(mails: list[ReceivedMail]) -> bool:
    """Whether each entry has a higher SEQUENCE than the one before, as far as calendars compare them."""
    numbers = [mail.sequence for mail in mails]
    return bool(numbers) and numbers == sorted(numbers)
