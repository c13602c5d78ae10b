"""The faults, and what any supervisor does about them."""

import os
import random
import signal
import time
from collections.abc import Callable

import psutil
import redis

from benchmarks.chaos.state import FAULTY, Run
from liveplatform import embedded
from liveplatform.dev.stack import LocalStack


def _kill_child(run: Run, dice: random.Random) -> None:
    """kill -9 of a pool child; its parent starts another."""
    children = [
        child
        for name, process in run.local.processes.items()
        if name.startswith("worker") and process.poll() is None
        for child in psutil.Process(process.pid).children()
    ]
    if children:
        os.kill(dice.choice(children).pid, signal.SIGKILL)


def _kill_worker(run: Run, dice: random.Random) -> None:
    run.local.kill(dice.choice(["worker", "worker-2"]))


def _flush(run: Run, dice: random.Random) -> None:
    redis.from_url(embedded.redis_url(run.local.var)).flushall()


def _kill_redis(run: Run, dice: random.Random) -> None:
    os.kill(embedded.redis_pid(run.local.var), signal.SIGKILL)
    time.sleep(dice.uniform(0.1, 1.5))
    embedded.ensure(run.local.var, postgres=False)


def _crash_postgres(run: Run, dice: random.Random) -> None:
    """SIGQUIT, which is what `pg_ctl -m immediate` sends: a process that starts may bring it back at once,
    and pg_ctl would wait for that new server to end."""
    server = psutil.Process(int((run.local.var / "postgres" / "postmaster.pid").read_text().split()[0]))
    server.send_signal(signal.SIGQUIT)
    try:
        server.wait(10)
    except psutil.TimeoutExpired:
        server.kill()
    embedded.start_postgres(run.local.var)


def _fail_provider(run: Run, dice: random.Random) -> None:
    fault = dice.choice(["act_then_timeout", "act_then_reset", "503", "reset", "html", "429"])
    run.customer.sandbox.add_fault(
        dice.choice((*FAULTY, "create_call")), fault, times=dice.randint(1, 5), retry_after=1
    )


FAULTS: dict[str, Callable[[Run, random.Random], None]] = {
    "kill -9 a pool child": _kill_child,
    "kill -9 a worker": _kill_worker,
    "FLUSHALL": _flush,
    "kill -9 Redis": _kill_redis,
    "crash PostgreSQL": _crash_postgres,
    "the provider fails": _fail_provider,
}


def supervise(local: LocalStack) -> None:
    """What any supervisor does: start again what has died."""
    for name in ("web", "worker", "worker-2", "beat"):
        process = local.processes.get(name)
        if process is None or process.poll() is not None:
            local.start(name)
