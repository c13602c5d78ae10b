"""Faults while streams start and stop: each is asked for once, and none runs on unseen."""

import time

import pytest

from tests.stories.test_audio_streams import call_streams, start, vobiz
from tests.stories.test_failpoints import arm, died
from tests.support.client import NUMBER
from tests.support.factories import TWIML
from tests.support.stories import until
from tests.support.voice_bot import Bot, in_thread

__all__ = ["arm", "vobiz"]


def stream(customer, id):
    return customer.ask("GET", f"/v1/streams/{id}").json()


def starts(customer):
    return len(customer.sandbox.ledger(operation="start_stream"))


def comes_to(customer, id, status, outcome=None):
    until(lambda: stream(customer, id)["status"] == status, 25)
    assert stream(customer, id)["outcome"] == outcome


@pytest.fixture
def bot():
    with in_thread(Bot()) as made:
        yield made


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset"])
def test_a_start_whose_answer_is_lost_is_found_in_the_list(customer, platform, vobiz, bot, fault):
    streams = call_streams(customer, vobiz, url=bot.answer_url)
    customer.sandbox.add_fault("start_stream", fault)
    before = starts(customer)
    began = time.monotonic()
    id = start(customer, streams, bot.url)
    assert time.monotonic() - began < 4.5
    comes_to(customer, id, "live")
    assert (starts(customer) - before, len(bot.visits)) == (1, 1)


def test_without_a_list_it_is_stopped_by_its_name(customer, platform, bot):
    streams = call_streams(customer, NUMBER, twiml=TWIML)
    customer.sandbox.add_fault("start_stream", "act_then_reset")
    before = starts(customer)
    id = start(customer, streams, bot.url, audio_track="inbound")
    comes_to(customer, id, "failed")
    assert starts(customer) - before == 1
    until(lambda: all(visit.closed.is_set() for visit in bot.visits), 2)


@pytest.mark.parametrize("fault", ["act_then_timeout", "act_then_reset", "500", "reset"])
def test_a_stop_is_answered_in_time_and_has_its_effect_whatever_comes(customer, platform, bot, fault):
    streams = call_streams(customer, NUMBER, twiml=TWIML)
    id = start(customer, streams, bot.url, audio_track="inbound")
    customer.sandbox.add_fault("stop_stream", fault)
    began = time.monotonic()
    assert customer.ask("DELETE", f"{streams}{id}/").status_code == 204
    assert time.monotonic() - began < 4.5
    comes_to(customer, id, "stopped", "stopped")
    until(bot.visits[0].closed.is_set, 1)


@pytest.mark.parametrize("point", ["claimed.stream_steps", "settling.stream_steps", "settled.stream_steps"])
def test_a_worker_may_die_while_it_stops(customer, platform, bot, arm, point):
    streams = call_streams(customer, NUMBER, twiml=TWIML)
    id = start(customer, streams, bot.url, audio_track="inbound")
    customer.sandbox.add_fault("stop_stream", "503")  # so that it is a worker's to stop
    assert customer.ask("DELETE", f"{streams}{id}/").status_code == 204
    arm(point)
    died(point)
    comes_to(customer, id, "stopped", "stopped")
    until(bot.visits[0].closed.is_set, 1)
