"""Where attempts run inside a worker process: a thread pool per queue, and one event loop.

They are created at the first attempt (after any fork) and live as long as the process.
"""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from django.conf import settings

from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome


def submit(attempt_fn: AttemptFn, pool: str = "work", threads: int | None = None) -> "Future[Outcome]":
    """Start an attempt: a callable in a thread of the pool of this name, a coroutine on the event loop.

    Each queue has a pool of its own, with a thread for every attempt that it may have in flight: the
    attempts of one never wait for another's, and a slow provider keeps no other waiting.
    """
    if callable(attempt_fn):
        return _pool(pool, threads or settings.WORK_CONCURRENCY).submit(attempt_fn)
    return asyncio.run_coroutine_threadsafe(attempt_fn, event_loop())


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The process's event loop, which runs in its own thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="work-loop", daemon=True).start()
    return loop


@cache
def _pool(name: str, threads: int) -> ThreadPoolExecutor:
    """Threads start as they are needed."""
    return ThreadPoolExecutor(threads, thread_name_prefix=f"work-{name}")
