"""One clock for all forks of a process: every 20 ms, without drift, in one task."""

import asyncio
from abc import ABC, abstractmethod

from providers.sandbox.forker.requests import FRAME_SECONDS

MAX_TURN = (
    0.005  # seconds until others on the loop have theirs: a stop is obeyed however busy this machine is
)


class Ticking(ABC):
    """What wants to be called at every tick."""

    @abstractmethod
    async def tick(self, now: float) -> None:
        """`now` is the loop's time. Must not wait for anything, and not raise."""


class Ticker:
    """Runs while there is something that ticks."""

    def __init__(self) -> None:
        self._members: dict[Ticking, None] = {}
        self._task: asyncio.Task[None] | None = None

    def add(self, member: Ticking) -> None:
        self._members[member] = None
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def discard(self, member: Ticking) -> None:
        """The task ends by itself at the next tick, if this was the last one."""
        self._members.pop(member, None)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while self._members:
            paused = loop.time()
            for member in list(self._members):
                await member.tick(now := loop.time())
                if now - paused > MAX_TURN:
                    await asyncio.sleep(0)
                    paused = loop.time()
            # A tick that was missed is not made up for here: each member counts its own frames.
            due = max(due + FRAME_SECONDS, loop.time() - FRAME_SECONDS)
            await asyncio.sleep(due - loop.time())
        self._task = None
