"""Streams of calls at the sandbox are real sockets: each is closed by its own stop, and by the end of its call."""

import time
import uuid

import pytest

from providers.streams import AudioFork, StreamRef
from tests.support.bot_thread import bot_in_thread

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}
URL = "http://127.0.0.1:9/answer"


@pytest.fixture(params=["vobiz", "plivo", "twilio"])
def adapter(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def bot():
    with bot_in_thread() as bot:
        yield bot


def until(condition, seconds=3):
    """The seconds that it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.01)
    return time.monotonic() - began


def fork(url):
    return AudioFork(name=uuid.uuid4().hex, service_url=url, track="inbound", encoding="x-mulaw")


def start(adapter, call_id, bot):
    """Two forks, one after the other has its socket."""
    started = []
    for number in (1, 2):
        started.append(adapter.start_fork(call_id, fork(f"{bot.url}?n={number}")))
        until(lambda: len(bot.visits) == number and bot.visits[-1].of("media"))  # noqa: B023
    return started


def test_a_stop_closes_its_own_socket_within_a_second(adapter, sandbox, bot):
    call_id = adapter.make_call(**NUMBERS, url=URL).id
    first, second = start(adapter, call_id, bot)
    assert adapter.stop_fork(StreamRef(call_id, id=first.id)) == "stopped"
    assert until(bot.visits[0].closed.is_set) < 1
    heard = len(bot.visits[1].of("media"))
    until(lambda: len(bot.visits[1].of("media")) > heard + 5)
    assert not bot.visits[1].closed.is_set()
    assert second.id in sandbox.live_streams()[adapter.provider]
    adapter.end_call(call_id)
    assert until(bot.visits[1].closed.is_set) < 1


def test_the_bots_own_end_ends_the_stream(adapter, sandbox, bot):
    call_id = adapter.make_call(**NUMBERS, url=URL).id
    first, _ = start(adapter, call_id, bot)
    sandbox.trigger(first.id, "dropped")
    until(bot.visits[0].closed.is_set)
    assert adapter.stop_fork(StreamRef(call_id, id=first.id)) == "not_running"
    adapter.end_call(call_id)


def test_a_stream_to_nobody_is_dropped(adapter, sandbox):
    call_id = adapter.make_call(**NUMBERS, url=URL).id
    started = adapter.start_fork(call_id, fork("ws://127.0.0.1:9/ws"))
    until(lambda: started.id not in sandbox.live_streams()[adapter.provider])
