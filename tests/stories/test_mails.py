"""Workers are killed between a promotion and its mail: nobody is told twice, and nobody is forgotten."""

import uuid
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import requests

from tests.support.mail_files import calendar_text, mails_in
from tests.support.stories import VAR, until

MAILS, POINTS = VAR / "mails", VAR / "failpoints"
IN_WORKERS = ("claiming.mails", "claimed.mails", "settling.mails", "settled.mails")


@pytest.fixture
def arm(platform):
    """Kill the next process that reaches the failpoint."""
    POINTS.mkdir(exist_ok=True)
    yield lambda name: (POINTS / name).touch()
    for path in POINTS.iterdir():
        path.unlink()


class Meeting:
    """A session with one seat, which Anna has, and for which Ben and Cleo wait."""

    def __init__(self, customer, **fields):
        self.customer, self.mark = customer, uuid.uuid4().hex[:8]
        at = datetime.now(UTC) + timedelta(days=2)
        body = {"host_id": "h", "brand_id": "b", "title": f"Office hours {self.mark}", "max_participants": 1}
        self.id = self.ask("POST", "", body | {"scheduled_at": at.isoformat()} | fields)["id"]
        self.registrations = {name: self.enter(name)["id"] for name in ("anna", "ben", "cleo")}

    def ask(self, method, path, body=None, **headers):
        answer = self.customer.ask(method, f"/v1/sessions{path}", body, **headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else {}

    def enter(self, name):
        body = {"email": f"{name}-{self.mark}@example.com"}
        return self.ask("POST", f"/{self.id}/registrations", body, X_User_Id=f"{name}-{self.mark}")

    def leave(self, name):
        self.ask("POST", f"/{self.id}/registrations/{self.registrations[name]}/cancel")

    def mails(self, name):
        """The subjects of the mails to this person, each Message-ID once."""
        address = f"{name}-{self.mark}@example.com"
        found = {mail["Message-ID"]: mail for mail in mails_in(MAILS) if mail["To"] == address}
        return Counter(mail["Subject"].split(":")[0] for mail in found.values())

    def calendars(self, name):
        texts = [
            calendar_text(mail) for mail in mails_in(MAILS) if mail["To"] == f"{name}-{self.mark}@example.com"
        ]
        return [text for text in texts if text]


EXPECTED = {
    "anna": Counter({"You are registered": 1, "Registration cancelled": 1}),
    "ben": Counter({"You are on the waitlist": 1, "You have a seat": 1}),
    "cleo": Counter({"You are on the waitlist": 1}),
}


def all_told(meeting):
    return {name: meeting.mails(name) for name in EXPECTED} == EXPECTED


def first_mails_sent(meeting):
    return all(meeting.mails(name) for name in EXPECTED)


@pytest.mark.parametrize("point", IN_WORKERS)
def test_a_worker_dies_between_promotion_and_mail(customer, arm, point):
    meeting = Meeting(customer)
    until(lambda: first_mails_sent(meeting), 20)
    arm(point)
    meeting.leave("anna")
    until(lambda: not (POINTS / point).exists(), 20)
    until(lambda: all_told(meeting), 30)
    assert "METHOD:CANCEL" in meeting.calendars("anna")[-1]
    assert "METHOD:REQUEST" in meeting.calendars("ben")[-1]


def test_all_workers_are_away_during_the_promotion(platform, customer):
    meeting = Meeting(customer)
    platform.kill("worker")
    meeting.leave("anna")
    platform.start("worker")
    # What was not sent before, and is not true any more, is left out.
    until(
        lambda: meeting.mails("anna")["Registration cancelled"] and meeting.mails("ben")["You have a seat"],
        60,
    )
    assert meeting.mails("ben")["You have a seat"] == meeting.mails("anna")["Registration cancelled"] == 1


def test_the_web_process_dies_after_the_promotion(platform, customer, arm):
    """Before it could ring: the sweep finds the mail."""
    meeting = Meeting(customer)
    until(lambda: first_mails_sent(meeting), 20)
    arm("ringing.mails")
    with suppress(requests.RequestException):
        meeting.leave("anna")
    until(lambda: not (POINTS / "ringing.mails").exists(), 20)
    platform.wait_ready()
    until(lambda: all_told(meeting), 30)
