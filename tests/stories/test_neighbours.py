"""One account's receivers and providers that do not answer keep no other account waiting, nor its own others."""

import time
from contextlib import contextmanager

import pytest

from benchmarks.chaos.attacks_work import hanging_endpoints_with_backlog, slow_connections
from benchmarks.chaos.stage import Stage
from benchmarks.chaos.victim import Arrivals
from tests.support.client import Customer

# Seconds; without fair shares it is fifteen and more.
SOON = 4.0


@pytest.fixture(scope="module")
def attacker(running):
    return Customer(running, "attacker")


@contextmanager
def listening(customer):
    """One more endpoint of this customer, in this process."""
    arrivals = Arrivals()
    answer = customer.ask("POST", "/v1/webhooks/endpoints", {"url": arrivals.url})
    answer.raise_for_status()
    yield arrivals
    customer.ask("DELETE", f"/v1/webhooks/endpoints/{answer.json()['id']}").raise_for_status()


def ended(customer):
    """A call of this customer that has just ended, and when (Unix seconds)."""
    call = customer.phone_call()
    call.end().raise_for_status()
    return call, time.time()


def test_hanging_endpoints_delay_no_other_endpoint(platform, customer, attacker):
    """Hundreds of deliveries wait for endpoints that hang; the healthy ones get theirs at once."""
    attack = hanging_endpoints_with_backlog(Stage(platform, attacker), endpoints=20, calls=12)
    with listening(attacker) as healthy, listening(customer) as neighbour, attack:
        for arrivals, account in ((neighbour, customer), (healthy, attacker)) * 2:
            call, at = ended(account)
            assert arrivals.wait("call.ended", call.id) - at < SOON


def test_connections_to_a_slow_provider_delay_no_other_connection(platform, customer, attacker):
    """Four hundred terminate steps wait for a provider that answers late; the neighbour's is done at once."""
    with slow_connections(Stage(platform, attacker), connections=40, calls=10, delay=1.4):
        for _ in range(3):
            call, at = ended(customer)
            while not call.effects():
                assert time.time() - at < SOON
                time.sleep(0.05)
