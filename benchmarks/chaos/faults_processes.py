"""Faults of the platform's own processes, and the restarts that a process supervisor would do."""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time

import psutil
import redis

from benchmarks.chaos.state import SETTINGS, Run
from liveplatform import embedded

# What is killed, by weight. A pool child is back in a tenth of a second, a whole process in seconds of computing: the
# web server most rarely, or hardly a call would be placed or ended.
KILLS = {"a pool child": 60.0, "a web child": 0.5, "a worker": 1.5, "the web server": 0.3, "beat": 0.7}
RESTART_EVERY = 0.5
# Seconds after which a process with children has begun its work.
BEGINS_WITHIN = 4.0
# What goes wrong if a server or process that a fault is about has just failed by another one.
FAILED_ALREADY = (psutil.Error, OSError, redis.RedisError, RuntimeError, subprocess.SubprocessError)


def kill(run: Run, rng: random.Random) -> str:
    """kill -9 of something; returns what, "" if there was nothing of the kind."""
    (what,) = rng.choices(list(KILLS), list(KILLS.values()))
    with run.lock:
        if what.endswith("child"):
            return what if _kill_child(run, rng, "worker" if "pool" in what else "web") else ""
        name = {"a worker": rng.choice(run.workers), "the web server": "web", "beat": "beat"}[what]
        if name not in run.local.processes:
            return ""
        run.local.kill(name)
    return what


def _kill_child(run: Run, rng: random.Random, of: str) -> bool:
    children = [
        child
        for name, process in run.local.processes.items()
        if name.startswith(of) and process.poll() is None
        for child in _children(run, process.pid)
    ]
    with contextlib.suppress(ProcessLookupError):
        if children:
            os.kill(rng.choice(children).pid, signal.SIGKILL)
    return bool(children)


def _children(run: Run, pid: int) -> list[psutil.Process]:
    """None until the process has begun: Celery's worker ends if it loses a child before that, and would never begin."""
    children = psutil.Process(pid).children()
    if any(time.time() - child.create_time() > BEGINS_WITHIN for child in children):
        run.begun.add(pid)
    return children if pid in run.begun else []


def freeze_worker(run: Run, rng: random.Random) -> None:
    """SIGSTOP a whole worker until its lease is over, and SIGCONT: what it writes then must be refused.

    Other faults go on meanwhile; the other worker takes over its rows.
    """
    with run.lock:
        process = run.local.processes.get(rng.choice(run.workers))
        if process is None or process.poll() is not None:
            return
        os.killpg(process.pid, signal.SIGSTOP)
    seconds = float(SETTINGS["WORK_LEASE"]) + 2

    def thaw() -> None:
        run.stopped.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGCONT)

    thread = threading.Thread(target=thaw)
    thread.start()
    run.thawing.append(thread)


def supervise(run: Run) -> None:
    """Restart processes and servers that have died."""
    with contextlib.suppress(*FAILED_ALREADY):
        embedded.ensure(run.local.var)
    restart(run)


def restart(run: Run) -> None:
    """Restart processes that have died."""
    with run.lock:
        for name in ("web", *run.workers, "beat"):
            process = run.local.processes.get(name)
            if process is None or process.poll() is not None:
                run.local.start(name)


def kill_often(run: Run, rng: random.Random, pause: float) -> None:
    """Kill something every `pause` seconds until the run is stopped; what came late is made up for."""
    due = time.monotonic() + pause
    while not run.stopped.wait(max(0.05, due - time.monotonic())):
        due += pause
        with contextlib.suppress(*FAILED_ALREADY):
            if what := kill(run, rng):
                run.faults[f"kill -9 {what}"] += 1


def restart_often(run: Run) -> None:
    """Restart processes until the run is stopped; servers are left to the faults that stopped them."""
    while not run.stopped.wait(RESTART_EVERY):
        with contextlib.suppress(*FAILED_ALREADY):
            restart(run)
