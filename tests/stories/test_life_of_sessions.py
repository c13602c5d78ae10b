"""Sessions with real workers and a provider that sends its events: from the open room to the recording."""

import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.stories import VAR, until

POINTS = VAR / "failpoints"
SECRET = "a-secret-of-at-least-32-characters"


@pytest.fixture
def provider_customer(customer):
    """The customer, whose Stream app sends its events here."""
    connections = customer.ask("GET", "/v1/connections").json()["connections"]
    (url,) = [each["events_url"] for each in connections if each["provider"] == "getstream"]
    customer.sandbox.add_hook(customer.account_id, SECRET, url)
    yield customer
    customer.sandbox.remove_hook(customer.account_id)


@pytest.fixture
def arm(platform):
    """Kill the next process that reaches the failpoint."""
    POINTS.mkdir(exist_ok=True)
    yield lambda name: (POINTS / name).touch()
    for path in POINTS.iterdir():
        path.unlink()


def schedule(customer, minutes=10):
    at = (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()
    body = {
        "host_id": "hanna",
        "brand_id": "acme",
        "title": "Yoga",
        "scheduled_at": at,
        "max_participants": 3,
    }
    answer = customer.ask("POST", "/v1/sessions", body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def read(customer, session_id):
    return customer.ask("GET", f"/v1/sessions/{session_id}").json()


def reaches(customer, session_id, seconds=15, **wanted):
    """The session, once it has these values."""
    until(lambda: wanted.items() <= read(customer, session_id).items(), seconds)
    return read(customer, session_id)


def events(customer, session_id, *wanted, seconds=15):
    """How often each event of the session came by webhook, once the wanted ones have."""
    end = time.monotonic() + seconds
    while True:
        lines = customer.local.received.read_text().splitlines()
        bodies = [json.loads(json.loads(line)["body"]) for line in lines if session_id in line]
        about = [body for body in bodies if body["data"].get("session", {}).get("id") == session_id]
        found = Counter(body["type"] for body in about)
        if set(wanted) <= set(found) or time.monotonic() > end:
            return found
        time.sleep(0.1)


def test_its_room_takes_it_through_its_life(provider_customer):
    session_id = schedule(provider_customer)
    until(lambda: read(provider_customer, session_id)["stream_call_id"])
    room = read(provider_customer, session_id)["stream_call_id"]
    assert read(provider_customer, session_id)["status"] == "scheduled"

    provider_customer.sandbox.trigger(room, "joined", identity="hanna")
    reaches(provider_customer, session_id, status="live")
    provider_customer.ask("POST", f"/v1/sessions/{session_id}/end").raise_for_status()
    assert read(provider_customer, session_id)["status"] == "ended"
    until(lambda: provider_customer.sandbox.effects("end_room", room) == 1)
    provider_customer.sandbox.trigger(room, "recorded", seconds=30)
    until(lambda: read(provider_customer, session_id)["recording_url"])

    once = ("session.created", "session.started", "session.ended", "recording.ready")
    found = events(provider_customer, session_id, *once)
    assert {name: found[name] for name in once} == dict.fromkeys(once, 1)


def test_a_call_that_ends_at_its_provider_ends_its_session(provider_customer):
    session_id = schedule(provider_customer, minutes=600)
    live = provider_customer.ask("POST", f"/v1/sessions/{session_id}/start").json()
    provider_customer.sandbox.trigger(live["stream_call_id"], "ended")
    assert reaches(provider_customer, session_id, status="ended")["ended_at"]
    assert events(provider_customer, session_id, "session.ended")["session.ended"] == 1


def test_without_workers_a_session_starts_and_ends(platform, customer):
    platform.kill("worker")
    session_id = schedule(customer, minutes=600)
    live = customer.ask("POST", f"/v1/sessions/{session_id}/start").json()
    ended = customer.ask("POST", f"/v1/sessions/{session_id}/end").json()
    call = customer.ask("GET", f"/v1/live/calls/{live['stream_call_id']}").json()
    assert (live["status"], ended["status"], call["status"]) == ("live", "ended", "ended")
    assert customer.sandbox.effects("end_room", live["stream_call_id"]) == 0
    platform.start("worker")
    until(lambda: customer.sandbox.effects("end_room", live["stream_call_id"]) == 1, 20)
    found = events(customer, session_id, "session.ended")
    assert (found["session.started"], found["session.ended"]) == (1, 1)


@pytest.mark.parametrize("point", ["asking", "answered", "settling.session_duties", "settled.session_duties"])
def test_a_worker_that_dies_while_it_opens_the_room_makes_no_second_one(customer, arm, point):
    arm(point)
    session_id = schedule(customer)
    until(lambda: not (POINTS / point).exists(), 20)
    until(lambda: read(customer, session_id)["stream_call_id"], 30)
    room = read(customer, session_id)["stream_call_id"]
    assert customer.sandbox.effects("open_room", room) == 1
    time.sleep(11)  # an opening that was never answered would be taken back by now
    assert room in customer.sandbox.live()["getstream"]
    assert customer.sandbox.effects("delete_room", room) == 0
