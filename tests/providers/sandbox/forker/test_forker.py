"""Many forks of one process, each with a life of its own."""

import asyncio
import time

import pytest

from providers.sandbox.forker import Forker
from providers.sandbox.forker import forker as module
from tests.support.voice_bot import Bot, Forked, forked, running, until


@pytest.mark.parametrize("protocol", ["vobiz", "plivo", "twilio"])
def test_a_stop_closes_that_socket_within_a_second_and_only_that_one(protocol):
    async def run():
        async with forked(Bot(), protocol=protocol) as fork:
            first = await fork.bot.visit(0)
            fork.start("stream-2", protocol=protocol)
            second = await fork.bot.visit(1)
            await fork.told("started", "stream-2")
            began = time.monotonic()
            assert fork.forker.stop("stream-1")
            assert list(fork.forker.live_ids()) == ["stream-2"]
            await asyncio.wait_for(first.closed.wait(), 1)
            assert time.monotonic() - began < 1
            await fork.told("stopped")
            assert first.close_code == 1000
            assert [each["event"] for each in first.messages[-1:]] == (
                ["stop"] if protocol == "twilio" else ["media"]
            )
            heard = len(second.messages)
            await until(lambda: len(second.messages) > heard + 10)
            assert not second.closed.is_set() and fork.kinds("stream-2") == ["started"]
            assert not fork.forker.stop("stream-1"), "it is not live"

    asyncio.run(run())


def test_a_stop_of_one_that_reads_nothing_takes_no_longer():
    async def run():
        async with forked(Bot(reads=False)) as fork:
            await fork.told("started")
            began = time.monotonic()
            fork.forker.stop("stream-1")
            await fork.told("stopped")
            assert time.monotonic() - began < 1.2

    asyncio.run(run())


def test_a_stop_while_connecting_wins():
    async def run():
        async with forked(Bot()) as fork:
            assert fork.forker.stop("stream-1")
            await fork.told("stopped")
            assert fork.kinds() == ["stopped"]

    asyncio.run(run())


def test_another_machine_is_not_dialled_unless_allowed():
    async def run():
        fork = Forked(Bot())
        fork.start(service_url="wss://bot.example.com/audio")
        await fork.told("started")
        assert list(fork.forker.live_ids()) == ["stream-1"]
        assert not await fork.forker.send_dtmf("stream-1", "1")
        fork.forker.stop("stream-1")
        await fork.told("stopped")
        await fork.forker.close()

    asyncio.run(run())


def test_another_machine_is_dialled_if_allowed():
    async def run():
        async with running(Bot()) as bot:
            fork = Forked(bot)
            fork.forker = Forker(dial_anywhere=True)
            fork.start(service_url=bot.url.replace("127.0.0.1", "0.0.0.0"))
            await bot.visit()
            await fork.forker.close()

    asyncio.run(run())


def test_an_id_is_live_once_and_an_address_is_one_of_a_web_socket():
    async def run():
        async with forked(Bot()) as fork:
            with pytest.raises(ValueError, match="is live"):
                fork.start()
            with pytest.raises(ValueError, match="ws://"):
                fork.start("other", service_url="http://localhost/")

    asyncio.run(run())


def test_close_stops_all_and_may_be_followed_by_more():
    async def run():
        async with forked(Bot()) as fork:
            fork.start("stream-2")
            await fork.told("started", "stream-2")
            await fork.forker.close()
            assert fork.kinds("stream-1")[-1] == fork.kinds("stream-2")[-1] == "stopped"
            fork.start("stream-3")
            await fork.told("started", "stream-3")

    asyncio.run(run())


def test_recordings_of_the_last_forks_are_kept(monkeypatch):
    monkeypatch.setattr(module, "MAX_ENDED", 2)

    async def run():
        async with forked(Bot()) as fork:
            for name in ("a", "b", "c"):
                fork.start(name)
                await fork.told("started", name)
                fork.forker.stop(name)
            assert [name for name in "abc" if fork.forker.find(name)] == ["b", "c"]
            assert fork.forker.find("stream-1")

    asyncio.run(run())
