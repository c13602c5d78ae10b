"""What a customer is told of a phone call, over real HTTP: the provider's callbacks in, webhooks out."""

import json

from tests.support.client import PlacedCall
from tests.support.factories import TWIML
from tests.support.stories import until


def make(customer, to, **fields) -> PlacedCall:
    body = {"call_from": "+14155550100", "call_to": to, "twiml": TWIML, **fields}
    answer = customer.ask("POST", "/calls/make-call", body)
    assert answer.status_code == 200, answer.text
    call = answer.json()["data"]
    return PlacedCall(customer, call["id"], call["call_sid"], "end_call")


def life(call) -> list[str]:
    bodies = {line["headers"]["webhook-id"]: json.loads(line["body"]) for line in call.received()}
    ordered = sorted(bodies.values(), key=lambda each: each["sequence"])
    assert [each["sequence"] for each in ordered] == list(range(1, len(ordered) + 1))
    return [each["type"].removeprefix("call.") for each in ordered]


def told(call, *types):
    until(lambda: set(types) <= set(call.event_counts()), 20)
    return life(call)


def shown(call) -> dict:
    return call.customer.ask("GET", f"/calls/{call.id}").json()["data"]


def test_a_machine_is_detected_and_hung_up(customer):
    call = make(customer, "+14155550194", machine_detection="enable", on_machine="hang_up")
    story = [each for each in told(call, "call.processed") if each != "updated"]  # who answered, told beside
    assert story[:5] == ["created", "ringing", "answered", "started", "ended"]
    ended = next(json.loads(e["body"]) for e in call.received() if '"call.ended"' in e["body"])["data"][
        "call"
    ]
    assert (ended["end_code"], ended["answered_by"]) == ("voicemail", "machine")
    call.settled()
    assert call.effects() == 1, "its leg was hung up once"


def test_a_busy_line_never_starts(customer):
    call = make(customer, "+14155550190")
    assert told(call, "call.processed")[:3] == ["created", "ringing", "ended"]
    found = shown(call)
    assert (found["call_status"], found["started_at"], found["call_duration"]) == ("busy", None, 0)
