"""Where attempts run inside a worker process: a thread pool and one event loop.

Both are created at the first attempt (after any fork) and live as long as the process.
"""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from django.conf import settings

from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome


def submit(attempt_fn: AttemptFn) -> "Future[Outcome]":
    """Start an attempt; a callable in a thread, a coroutine on the event loop."""
    if callable(attempt_fn):
        return _pool().submit(attempt_fn)
    return asyncio.run_coroutine_threadsafe(attempt_fn, event_loop())


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The process's event loop, which runs in its own thread."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="work-loop", daemon=True).start()
    return loop


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.WORK_CONCURRENCY, thread_name_prefix="work")
