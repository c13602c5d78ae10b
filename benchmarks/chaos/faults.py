"""The injected faults, and the restarts that a process supervisor would do."""

import os
import random
import signal
import time
from collections.abc import Callable

import psutil
import redis

from benchmarks.chaos.state import ENDING_OPERATIONS, Run
from liveplatform import embedded
from liveplatform.dev.stack import LocalStack


def _kill_child(run: Run, rng: random.Random) -> None:
    """kill -9 of a pool child; its parent starts another."""
    children = [
        child
        for name, process in run.local.processes.items()
        if name.startswith("worker") and process.poll() is None
        for child in psutil.Process(process.pid).children()
    ]
    if children:
        os.kill(rng.choice(children).pid, signal.SIGKILL)


def _kill_worker(run: Run, rng: random.Random) -> None:
    run.local.kill(rng.choice(["worker", "worker-2"]))


def _flush(run: Run, rng: random.Random) -> None:
    redis.from_url(embedded.redis_url(run.local.var)).flushall()


def _kill_redis(run: Run, rng: random.Random) -> None:
    os.kill(embedded.redis_pid(run.local.var), signal.SIGKILL)
    time.sleep(rng.uniform(0.1, 1.5))
    embedded.ensure(run.local.var, postgres=False)


def _crash_postgres(run: Run, rng: random.Random) -> None:
    """SIGQUIT, which `pg_ctl -m immediate` sends. pg_ctl itself would wait for the server to stop, and another
    process may have restarted it by then."""
    server = psutil.Process(int((run.local.var / "postgres" / "postmaster.pid").read_text().split()[0]))
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(10)
    except psutil.TimeoutExpired:
        server.kill()
    embedded.ensure(run.local.var, redis=False)  # locked: a process that starts calls it too


def _fail_provider(run: Run, rng: random.Random) -> None:
    fault = rng.choice(["act_then_timeout", "act_then_reset", "503", "reset", "html", "429"])
    run.customer.sandbox.add_fault(
        rng.choice((*ENDING_OPERATIONS, "create_call")), fault, times=rng.randint(1, 5), retry_after=1
    )


FAULTS: dict[str, Callable[[Run, random.Random], None]] = {
    "kill -9 a pool child": _kill_child,
    "kill -9 a worker": _kill_worker,
    "FLUSHALL": _flush,
    "kill -9 Redis": _kill_redis,
    "crash PostgreSQL": _crash_postgres,
    "provider fault": _fail_provider,
}


def supervise(local: LocalStack) -> None:
    """Restart processes that have died."""
    for name in ("web", "worker", "worker-2", "beat"):
        process = local.processes.get(name)
        if process is None or process.poll() is not None:
            local.start(name)
