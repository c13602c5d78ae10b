"""Where jobs run inside a worker process: a pool of threads, and one event loop.

Both are made at the first job (after any fork) and live as long as the process.
"""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from django.conf import settings

from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import Outcome


def submit(job: AttemptFn) -> "Future[Outcome]":
    """Begin one job beside the others."""
    if callable(job):
        return _pool().submit(job)
    return asyncio.run_coroutine_threadsafe(job, event_loop())


@cache
def event_loop() -> asyncio.AbstractEventLoop:
    """The process's event loop, running in a thread of its own."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="work-loop", daemon=True).start()
    return loop


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(settings.WORK_CONCURRENCY, thread_name_prefix="work")
