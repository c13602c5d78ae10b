"""Faults of our own processes, Redis and PostgreSQL: no end of a call is lost or repeated."""

import os
import signal
import time

import redis

from liveplatform import embedded
from tests.support.stories import VAR


def wait_until_asked(customer, call, operation="end_call"):
    """Wait until the provider has the request, so that a kill interrupts the attempt."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if customer.sandbox.ledger(operation=operation, resource=call.provider_id):
            return
        time.sleep(0.02)
    raise AssertionError("the provider was never asked")


def test_a_worker_killed_in_mid_step_loses_nothing(platform, customer):
    call = customer.phone_call()
    customer.sandbox.add_fault("end_call", "delay", resource=call.provider_id, delay_ms=1000)
    call.end()
    wait_until_asked(customer, call)

    platform.kill("worker")
    platform.start("worker")

    steps = call.settled()
    assert steps["terminate"]["attempts"] == 2, "counted at the claim, though the first never came back"
    call.assert_exactly_once()


def test_a_frozen_worker_that_wakes_up_late_is_fenced(platform, customer):
    call = customer.phone_call()
    customer.sandbox.add_fault("end_call", "delay", resource=call.provider_id, delay_ms=1000)
    call.end()
    wait_until_asked(customer, call)
    frozen = platform.processes["worker"].pid
    os.killpg(frozen, signal.SIGSTOP)
    platform.start("worker-2")

    steps = call.settled()
    os.killpg(frozen, signal.SIGCONT)
    time.sleep(2)

    assert call.steps() == steps, "the late outcome changed nothing"
    call.assert_exactly_once()


def test_calls_ended_while_no_worker_is_there_are_processed_by_the_next(platform, customer):
    platform.kill("worker")
    calls = [customer.phone_call() for _ in range(5)]
    assert all(call.end().status_code == 200 for call in calls)
    redis.from_url(embedded.redis_url(VAR)).flushall()

    platform.start("worker")

    for call in calls:
        call.assert_exactly_once()


def test_redis_away_during_the_end_costs_neither_time_nor_calls(platform, customer):
    call = customer.phone_call()
    embedded.stop_redis(VAR)

    began = time.monotonic()
    answer = call.end()
    took = time.monotonic() - began

    assert answer.status_code == 200
    assert took < 1
    call.assert_exactly_once()  # with Redis still away


def test_postgresql_crashing_after_the_answer_loses_nothing(platform, customer):
    call = customer.phone_call()
    assert call.end().status_code == 200

    embedded.stop_postgres(VAR, "immediate")
    unavailable = call.end()
    embedded.start_postgres(VAR, durable=False)

    assert unavailable.status_code == 503
    assert unavailable.headers["Retry-After"]
    call.assert_exactly_once()


def test_a_rolling_restart_loses_nothing_and_repeats_nothing(platform, customer):
    """Start new workers, then stop the old ones while they have requests in flight."""
    calls = [customer.phone_call(transcript=False) for _ in range(12)]
    customer.sandbox.add_fault("end_call", "delay", delay_ms=300, times=12)
    old, new = "worker", "worker-2"
    for number, call in enumerate(calls):
        call.end().raise_for_status()
        if number % 4 == 3:
            platform.start(new)
            platform.kill(old, signal.SIGTERM)
            old, new = new, old
    for call in calls:
        call.assert_exactly_once()
        step = call.steps()["terminate"]
        assert step["attempts"] == len(step["log"]), "what was in hand was settled before they went"
