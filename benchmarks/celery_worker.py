"""Runs tasks of benchmarks.celery_tasks in a real worker, and measures their rate."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from liveplatform import embedded
from liveplatform.dev.stack import ROOT, LocalStack


def rate(
    local: LocalStack, count: int, publish: Callable[[Any, int], None], concurrency: int = 2, steps: int = 1
) -> float:
    """Tasks (or chains of `steps` tasks) per second, from the first one done to the last.

    `publish(tasks, number)` queues one; the worker starts when all are queued.
    """
    url = embedded.redis_url(local.var)
    os.environ["BENCH_REDIS"] = url
    from benchmarks import celery_tasks as tasks  # noqa: PLC0415 - it reads BENCH_REDIS on import

    store = tasks.counter()
    store.delete(tasks.COUNT)
    for number in range(count):
        publish(tasks, number)
    worker = _worker(local, url, concurrency)
    try:
        return _timed(lambda: int(store.get(tasks.COUNT) or 0), count * steps) / steps
    finally:
        worker.terminate()
        worker.wait()
        tasks.app.control.purge()


def _worker(local: LocalStack, url: str, concurrency: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "benchmarks.celery_tasks", "worker"]
    command += ["-c", str(concurrency), "--loglevel", "ERROR", "--without-gossip", "--without-mingle"]
    quiet = subprocess.DEVNULL
    env = local.env | {"BENCH_REDIS": url, "DJANGO_SETTINGS_MODULE": "liveplatform.settings"}
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=quiet, stderr=quiet)


def _timed(done: Callable[[], int], count: int, timeout: float = 180) -> float:
    until = time.monotonic() + timeout
    while not (first := done()):
        _check(until)
    began = time.perf_counter()
    while (now := done()) < count:
        _check(until)
    return (now - first) / (time.perf_counter() - began)


def _check(until: float) -> None:
    if time.monotonic() > until:
        sys.exit("Celery's tasks did not finish in time")
    time.sleep(0.01)
