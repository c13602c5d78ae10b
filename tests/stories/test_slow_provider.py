"""Bursts at a provider that answers, and strict ends at one that is slow, which hold up nobody else."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.support.client import NUMBER, TWIML, Customer
from tests.support.slow_clients import pace
from tests.support.stories import ended


def test_a_burst_at_a_provider_that_answers_is_served(platform, customer):
    customer.sandbox.add_fault("create_call", "delay", times=None, delay_ms=150)
    customer.sandbox.add_fault("end_room", "delay", times=None, delay_ms=150)
    rooms = [customer.video_call() for _ in range(12)]
    body = {"call_from": NUMBER, "call_to": "+14155550111", "twiml": TWIML}
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(lambda _: customer.ask("POST", "/calls/make-call", body), range(12)))
        over = list(pool.map(lambda call: call.end_strictly(), rooms))
    assert [answer.text for answer in made + over if answer.status_code != 200] == []
    for answer in made:
        customer.ask("POST", "/calls/end", {"call_id": answer.json()["data"]["id"]}).raise_for_status()


def test_others_are_served_while_ends_wait_for_a_slow_provider(platform, customer):
    neighbour = Customer(platform, "a neighbour of the slow one")
    calls = [customer.video_call() for _ in range(16)]
    customer.sandbox.add_fault("end_room", "delay", times=None, delay_ms=1200)
    answers = []

    def end(call) -> None:
        answers.append(call.end_strictly())

    threads = [threading.Thread(target=end, args=(call,)) for call in calls]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    assert pace(lambda: neighbour.ask("GET", "/v1/calls?limit=1"), 0.5).p95 < 2
    for thread in threads:
        thread.join()

    refused = [answer for answer in answers if answer.status_code == 503]
    assert len(refused) >= 6
    assert {answer.json()["error"] for answer in refused} == {"provider_busy"}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
    assert time.monotonic() - began < 10
    customer.sandbox.reset()
    for call in calls:
        assert ended(call, 30)["ended_at"]
        assert call.effects() == 1
