"""Attendance, from the provider's events to a session's report: people come, leave, and come back."""

import csv
import io
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.stories import until

SECRET = "a-secret-of-at-least-32-characters"
PULL_FORWARD = (
    "from django.db.models.functions import Now; from sessions_app.models import SessionDuty; "
    "SessionDuty.objects.filter(session_id='{}', kind='follow_up').update(due_at=Now())"
)


@pytest.fixture
def host(customer):
    """The customer, whose Stream app sends its events here."""
    connections = customer.ask("GET", "/v1/connections").json()["connections"]
    urls = {each["provider"]: each["events_url"] for each in connections}
    customer.sandbox.add_hook(customer.account_id, SECRET, urls["getstream"])
    yield customer
    customer.sandbox.remove_hook(customer.account_id)


def participants(customer, call_id):
    answer = customer.ask("GET", f"/v1/calls/{call_id}/participants").json()
    return {each["identity"]: each for each in answer["participants"]}


def open_stays(customer, call_id):
    found = participants(customer, call_id)
    return {who: [stay["left_at"] is None for stay in each["stays"]] for who, each in found.items()}


def scheduled(customer, *users):
    """A session in a few minutes, with these users registered."""
    body = {"host_id": "host-1", "brand_id": "acme", "title": "Office hours", "max_participants": 9}
    body["scheduled_at"] = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    made = customer.ask("POST", "/v1/sessions", body).json()
    for user in users:
        answer = customer.ask("POST", f"/v1/sessions/{made['id']}/registrations", None, X_User_Id=user)
        assert answer.status_code == 201, answer.text
    return made["id"]


def test_who_came_to_a_session_is_known_afterwards(host):
    session = scheduled(host, "anna", "ben", "eve")
    joined = [
        host.ask("POST", f"/v1/sessions/{session}/join", {"user_id": user}).json()
        for user in ("host-1", "anna", "ben")
    ]
    (call,) = {each["call_id"] for each in joined}
    assert [each["role"] for each in joined] == ["host", "participant", "participant"]
    refused = host.ask("POST", f"/v1/sessions/{session}/join", {"user_id": "mallory"})
    assert (refused.status_code, refused.json()["reason"]) == (412, "not_registered")

    host.sandbox.set_delivery(hold=True)
    moves = [
        ("joined", "host-1"),
        ("joined", "anna"),
        ("joined", "ben"),
        ("left", "anna"),
        ("joined", "anna"),
    ]
    for what, who in moves:
        host.sandbox.trigger(call, what, identity=who, name=who.title())
        time.sleep(0.3)
    host.sandbox.release(reverse=True)
    expected = {"host-1": [True], "anna": [False, True], "ben": [True]}
    until(lambda: open_stays(host, call) == expected)
    until(lambda: host.ask("GET", f"/v1/sessions/{session}").json()["status"] == "live")

    host.sandbox.set_delivery(hold=True)  # what is sent from here on never arrives
    host.sandbox.trigger(call, "left", identity="ben")
    assert host.ask("POST", f"/v1/sessions/{session}/end").status_code == 200
    found = participants(host, call)
    assert all(each["last_left_at"] for each in found.values()), "the end closes what is open"
    assert found["anna"]["name"] == "Anna"

    until(lambda: settled(host, session), seconds=30)
    report = host.ask("GET", f"/v1/sessions/{session}/attendance").json()
    assert (report["registered"], report["attended"], report["absent"]) == (3, 2, 1)
    came = {each["user_id"]: each["attended"] for each in report["attendance"]}
    assert came == {"anna": True, "ben": True, "eve": False}
    assert [each["attended"] for each in report["hosts"]] == [True]
    ben = participants(host, call)["ben"]["stays"][0]
    ended_at = host.ask("GET", f"/v1/sessions/{session}").json()["ended_at"]
    assert ben["left_at"] < ended_at, "the provider was asked when he left"
    lines = csv.DictReader(io.StringIO(host.ask("GET", f"/v1/sessions/{session}/attendance?format=csv").text))
    assert [line["attended"] for line in lines] == ["true", "true", "true", "false"]
    events = host.ask("GET", "/v1/webhooks/events?type=attendance.ready").json()["events"]
    assert [event["subject"] for event in events] == [session]


def settled(customer, session):
    """Whether the follow-up is over, which is not waited for in this story."""
    customer.local.manage("shell", "-c", PULL_FORWARD.format(session))
    return customer.ask("GET", f"/v1/sessions/{session}/attendance").json()["is_settled"]
