"""A voice bot in a thread of its own, for tests that ask over HTTP."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from tests.support.voice_bot import Bot, running


@contextlib.contextmanager
def bot_in_thread() -> Iterator[Bot]:
    """A bot that listens, until the block is left."""
    bot, loop, is_up, is_over = Bot(), asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(bot):
            is_up.set()
            await is_over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert is_up.wait(10)
    try:
        yield bot
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join(10)
        loop.close()
