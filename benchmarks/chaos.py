"""Ends calls under load while things break, then judges from three ledgers that know nothing of each other.

    python -m benchmarks.chaos --seconds 120

The client's log says which ends were answered 2xx; the sandbox's ledger says what happened at the provider;
the receiver's log says what the customer was told. Exit status 1 if anything was lost or happened twice.
"""

import argparse
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import redis
import requests
from rich.console import Console
from rich.table import Table

from liveplatform import embedded
from liveplatform.local import Local
from tests.stories.customer import Customer, Placed

SETTINGS = {
    "WORK_LEASE": "8",
    "WORK_SWEEP": "1",
    "PROVIDER_TIMEOUT": "2",
    "TRANSCRIPT_WINDOW": "2",
    "LOG_LEVEL": "CRITICAL",
}
CLIENTS = 6
SETTLING = 90.0
FAULTY = ("end_call", "end_room", "delete_room")


@dataclass
class Ended:
    """An end that was answered 2xx: it must be carried through."""

    call: Placed
    at: float


@dataclass
class Run:
    """What the clients and the breaker did."""

    local: Local
    customer: Customer
    ended: list[Ended] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the faults' order")
    asked = parser.parse_args()
    console = Console()
    dice = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        Path(folder).chmod(0o711)
        with Local(Path(folder), SETTINGS) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web", "worker", "worker-2", "beat")
            local.wait_ready()
            run = Run(local, Customer(local, "chaos"))
            console.print(f"ending calls for {asked.seconds:g} s while things break (seed {asked.seed})")
            _break_and_end(run, asked.seconds, dice)
            left = _settle(run)
            return _judge(console, run, left)


def _break_and_end(run: Run, seconds: float, dice: random.Random) -> None:
    clients = [threading.Thread(target=_client, args=(run, i)) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            name = dice.choice(list(FAULTS))
            FAULTS[name](run, dice)
            run.faults[name] += 1
            _supervise(run.local)
            time.sleep(dice.uniform(0.7, 2.0))
    finally:
        run.over.set()
        for client in clients:
            client.join()
    run.customer.sandbox.heal()
    _supervise(run.local)


def _client(run: Run, number: int) -> None:
    """Places and ends calls; an end that was not answered is asked for again, as a good client does."""
    customer = run.customer
    while not run.over.is_set():
        try:
            call = customer.phone_call() if number % 3 else customer.video_call(transcript=True)
        except requests.RequestException:
            run.refused["not placed"] += 1
            time.sleep(0.1)
            continue
        _end(run, call)


def _end(run: Run, call: Placed) -> None:
    for _ in range(40):
        try:
            answer = call.end() if call.operation == "end_call" else call.end_strictly()
            if answer.status_code == 200 and answer.content:
                run.ended.append(Ended(call, time.time()))
                return
            run.refused[str(answer.status_code)] += 1
        except requests.RequestException as error:
            run.refused[type(error).__name__] += 1
        time.sleep(0.25)


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
    run.customer.sandbox.fault(dice.choice(FAULTY), fault, times=dice.randint(1, 5), retry_after=1)


FAULTS: dict[str, Callable[[Run, random.Random], None]] = {
    "kill -9 a pool child": _kill_child,
    "kill -9 a worker": _kill_worker,
    "FLUSHALL": _flush,
    "kill -9 Redis": _kill_redis,
    "crash PostgreSQL": _crash_postgres,
    "the provider fails": _fail_provider,
}


def _supervise(local: Local) -> None:
    """What any supervisor does: start again what has died."""
    for name in ("web", "worker", "worker-2", "beat"):
        process = local.processes.get(name)
        if process is None or process.poll() is not None:
            local.start(name)


def _settle(run: Run) -> set[str]:
    """Wait until every call was told as ended and as processed; the ids of those that were not."""
    until = time.monotonic() + SETTLING
    while True:
        left = {ended.call.id for ended in run.ended} - (
            _told(run, "call.ended") & _told(run, "call.processed")
        )
        if not left or time.monotonic() > until:
            return left
        _supervise(run.local)
        time.sleep(0.5)


def _told(run: Run, kind: str) -> set[str]:
    """The calls of which the receiver has heard this."""
    return {body["data"]["call"]["id"] for body in _bodies(run) if body["type"] == kind}


def _lines(run: Run) -> list[dict]:
    return [json.loads(line) for line in run.local.received.read_text().splitlines()]


def _bodies(run: Run) -> list[dict]:
    return [json.loads(line["body"]) for line in _lines(run)]


def _judge(console: Console, run: Run, untold: set[str]) -> int:
    live = set(sum(run.customer.sandbox.live().values(), []))
    ledger = run.customer.sandbox.ledger()
    effects = Counter((e["operation"], e["resource"]) for e in ledger if e["effect"])
    asked = Counter((e["operation"], e["resource"]) for e in ledger if e["operation"] in FAULTY)
    unended = [e for e in run.ended if e.call.provider_id in live]
    unsettled = [e for e in run.ended if not _is_settled(e.call)]
    twice = [key for key, count in effects.items() if count > 1]
    bodies: dict[str, set[str]] = defaultdict(set)
    deliveries: Counter[str] = Counter()
    for line in _lines(run):
        bodies[line["headers"]["webhook-id"]].add(line["body"])
        deliveries[line["headers"]["webhook-id"]] += 1
    changed = [key for key, found in bodies.items() if len(found) > 1]
    facts = {
        "faults": sum(run.faults.values()),
        **{f"  {name}": count for name, count in sorted(run.faults.items())},
        "calls ended with 2xx": len(run.ended),
        "answers that were not 2xx": dict(run.refused),
        "lost: leg or room still live": len(unended),
        "lost: steps not settled": len(unsettled),
        "lost: not told as ended and processed": len(untold),
        "effects that happened twice": len(twice),
        "requests repeated, without effect": sum(count - 1 for count in asked.values()),
        "webhooks received": sum(deliveries.values()),
        "webhooks repeated (same id)": sum(count - 1 for count in deliveries.values()),
        "webhooks whose bytes changed": len(changed),
        "end answered → processed received": _recovery(run),
    }
    table = Table("what", "count", title="chaos")
    for name, value in facts.items():
        table.add_row(name, str(value))
    console.print(table)
    bad = len(unended) + len(unsettled) + len(untold) + len(twice) + len(changed)
    console.print(
        "[red]something was lost or doubled" if bad else "[green]nothing was lost, nothing happened twice"
    )
    return 1 if bad or not run.ended else 0


def _is_settled(call: Placed) -> bool:
    try:
        states = call.states()
    except (requests.RequestException, AssertionError):
        return False
    return len(states) == 4 and not set(states.values()) & {"pending", "running", "failed"}


def _recovery(run: Run) -> str:
    told = {}
    for line in _lines(run):
        body = json.loads(line["body"])
        if body["type"] == "call.processed":
            told.setdefault(body["data"]["call"]["id"], line["at"])
    waits = sorted(told[e.call.id] - e.at for e in run.ended if e.call.id in told)
    if len(waits) < 2:
        return "-"
    p = statistics.quantiles(waits, n=100)
    return f"p50 {p[49]:.2f} s, p99 {p[98]:.2f} s, most {waits[-1]:.2f} s"


if __name__ == "__main__":
    sys.exit(main())
