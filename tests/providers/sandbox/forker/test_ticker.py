import asyncio
import time

from providers.sandbox.forker.ticker import Ticker, Ticking


class Member(Ticking):
    def __init__(self):
        self.times = []

    async def tick(self, now):
        self.times.append(now)


def test_ticks_come_every_20_ms_without_drift_until_the_last_member_has_gone():
    async def run():
        ticker, member = Ticker(), Member()
        ticker.add(member)
        await asyncio.sleep(1.0)
        ticker.discard(member)
        await asyncio.sleep(0.1)
        count = len(member.times)
        await asyncio.sleep(0.1)
        assert len(member.times) == count and ticker._task is None
        return member.times

    times = asyncio.run(run())
    mean = (times[-1] - times[0]) / (len(times) - 1)
    assert 0.0195 < mean < 0.03


def test_a_member_that_joins_later_starts_it_again():
    async def run():
        ticker, members = Ticker(), [Member(), Member()]
        for member in members:
            ticker.add(member)
            await asyncio.sleep(0.05)
            ticker.discard(member)
            await asyncio.sleep(0.05)
        return [len(member.times) for member in members]

    assert all(count >= 1 for count in asyncio.run(run()))


def test_others_have_their_turn_however_long_a_tick_takes():
    class Slow(Member):
        async def tick(self, now):
            time.sleep(0.01)

    async def run():
        ticker, turns = Ticker(), 0
        members = [Slow() for _ in range(50)]
        for member in members:
            ticker.add(member)
        until = time.monotonic() + 0.4
        while time.monotonic() < until:
            await asyncio.sleep(0)
            turns += 1
        for member in members:
            ticker.discard(member)
        await asyncio.sleep(0.6)
        return turns

    assert asyncio.run(run()) > 10
