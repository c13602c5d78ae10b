"""Concurrent ends of one call: one ends it, all get the same answer."""

from collections import Counter

from tests.support.stories import at_once


def test_fifty_ends_at_once_have_one_effect_and_one_answer(customer):
    call = customer.phone_call()

    answers = at_once(call.end)

    assert Counter(answer.status_code for answer in answers) == {200: 50}
    assert len({answer.json()["data"]["ended_at"] for answer in answers}) == 1
    assert call.event_counts("call.processed")["call.ended"] == 1
    call.assert_exactly_once()


def test_fifty_strict_ends_at_once_send_one_provider_request(customer):
    call = customer.video_call()

    answers = at_once(call.end_strictly)

    assert Counter(answer.status_code for answer in answers) == {200: 50}
    assert len({answer.json()["ended_at"] for answer in answers}) == 1
    assert len(customer.sandbox.ledger(operation="end_room", resource=call.provider_id)) == 1
    call.assert_exactly_once()


def test_fifty_ends_with_one_key_are_one_request(customer):
    call = customer.phone_call()

    answers = at_once(lambda: call.end(Idempotency_Key="end-1"))

    assert set(Counter(answer.status_code for answer in answers)) <= {200, 409}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    call.assert_exactly_once()


def test_a_key_with_another_body_is_refused(customer):
    one, other = customer.phone_call(), customer.phone_call()
    assert one.end(Idempotency_Key="k").status_code == 200

    answer = other.end(Idempotency_Key="k")

    assert answer.status_code == 422
    assert other.states() == {}
