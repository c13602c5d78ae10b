"""The story to read first: a call is ended once, and everything that must follow happens.

Everything here is real: PostgreSQL, Redis, the web and worker processes, the provider's side over HTTP
(the sandbox with its ledger), the customer's receiver. The rest of the stories are in tests/stories.
"""

import json

from standardwebhooks.webhooks import Webhook


def test_a_phone_call_is_ended_and_everything_follows(customer):
    call = customer.phone_call()

    answer = call.end()

    assert answer.status_code == 200
    assert answer.json()["data"]["disconnect_reason"] == "Ended Via API call"
    assert {kind: step["state"] for kind, step in call.settled().items()} == {
        "terminate": "done",
        "clean_up": "skipped",
        "analyse": "done",
        "notify": "done",
    }
    assert call.effects() == 1
    life = ("call.created", "call.ringing", "call.answered", "call.started")
    events = dict.fromkeys((*life, "call.ended", "call.analyzed", "call.processed"), 1)
    assert call.event_counts(*events) == events
    call.assert_exactly_once()


def test_the_webhooks_are_signed_numbered_and_tell_the_whole(customer):
    call = customer.phone_call()
    call.end()
    call.event_counts("call.processed", "call.started")

    bodies = {}
    for line in call.received():
        Webhook(customer.secret).verify(line["body"], line["headers"])
        body = json.loads(line["body"])
        bodies[body["type"]] = body

    assert sorted(body["sequence"] for body in bodies.values()) == list(range(1, 8)), "without gaps"
    processed = bodies["call.processed"]["data"]
    assert processed["call"]["end_code"] == "ended_by_api"
    assert processed["call"]["provider"]["state"] == "ended"
    assert {step["kind"]: step["state"] for step in processed["steps"]} == {
        "terminate": "done",
        "clean_up": "skipped",
        "analyse": "done",
    }
    assert processed["analysis"]["metrics"]["turns"]["total"] == 4


def test_a_video_call_is_ended_at_its_provider_within_the_request(customer):
    call = customer.video_call()

    answer = call.end_strictly()

    assert answer.status_code == 200
    assert answer.json()["status"] == "ended"
    assert call.effects() == 1, "the provider had ended it before the answer came"
    call.assert_exactly_once()


def test_ending_an_ended_call_answers_the_same_and_changes_nothing(customer):
    phone, video = customer.phone_call(), customer.video_call()
    first = phone.end().json()["data"], video.end_strictly().json()
    steps = phone.settled(), video.settled()

    again = phone.end().json()["data"], video.end_strictly().json()

    assert [call["ended_at"] for call in again] == [call["ended_at"] for call in first]
    moved = {"updated_at": again[1]["updated_at"]}  # by what followed the end
    assert again[1] == first[1] | moved
    assert (phone.steps(), video.steps()) == steps
    assert (phone.effects(), video.effects()) == (1, 1)
