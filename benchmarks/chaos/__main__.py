"""Ends calls under load while components fail, then compares three independent records.

    python -m benchmarks.chaos --seconds 120

The client's log has the ends that were answered 2xx, the sandbox's ledger the effects at the provider, the
receiver's log the webhooks. Exit status 1 if anything was lost or duplicated.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests
from rich.console import Console

from benchmarks.chaos import neighbours
from benchmarks.chaos.faults import FAULTS, supervise
from benchmarks.chaos.state import Ended, Run
from benchmarks.chaos.verdict import not_notified, report, unknown_legs
from liveplatform.dev.stack import LocalStack
from tests.support.client import NO_RATE_LIMITS, Customer, PlacedCall

SETTINGS = NO_RATE_LIMITS | {
    "WORK_LEASE": "8",
    "WORK_SWEEP": "1",
    "PROVIDER_TIMEOUT": "2",
    "TRANSCRIPT_WINDOW": "2",
    "LOG_LEVEL": "CRITICAL",
}
CLIENTS = 6
SETTLE_TIMEOUT = 90.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="seed of the order of faults"
    )
    parser.add_argument("--neighbours", action="store_true", help="attack with one account, measure another")
    parser.add_argument("--only", default="", help="with --neighbours: attacks whose name contains this")
    parser.add_argument("--noise-ms", type=float, default=150.0, help="with --neighbours: the floor of p95")
    options = parser.parse_args()
    if options.neighbours:
        return neighbours.run(options.seconds, options.only, options.noise_ms / 1000)
    console = Console()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        Path(folder).chmod(0o711)
        with LocalStack(Path(folder), SETTINGS) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web", "worker", "worker-2", "beat")
            local.wait_ready()
            run = Run(local, Customer(local, "chaos"))
            console.print(
                f"ending calls for {options.seconds:g} s while components fail (seed {options.seed})"
            )
            _inject_faults(run, options.seconds, rng)
            left = _settle(run)
            return report(console, run, left)


def _inject_faults(run: Run, seconds: float, rng: random.Random) -> None:
    clients = [threading.Thread(target=_client, args=(run, i)) for i in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            name = rng.choice(list(FAULTS))
            FAULTS[name](run, rng)
            run.faults[name] += 1
            supervise(run.local)
            time.sleep(rng.uniform(0.7, 2.0))
    finally:
        run.stopped.set()
        for client in clients:
            client.join()
    run.customer.sandbox.reset()
    supervise(run.local)


def _client(run: Run, number: int) -> None:
    """Creates and ends calls; retries an end without a 2xx response."""
    customer = run.customer
    while not run.stopped.is_set():
        try:
            call = customer.phone_call() if number % 3 else customer.video_call(transcript=True)
        except requests.RequestException:
            run.failed["not placed"] += 1
            time.sleep(0.1)
            continue
        _end(run, call)


def _end(run: Run, call: PlacedCall) -> None:
    for _ in range(40):
        try:
            answer = call.end() if call.operation == "end_call" else call.end_strictly()
            if answer.status_code == 200 and answer.content:
                run.ended.append(Ended(call, time.time()))
                return
            run.failed[str(answer.status_code)] += 1
        except requests.RequestException as error:
            run.failed[type(error).__name__] += 1
        time.sleep(0.25)


def _settle(run: Run) -> set[str]:
    """Wait for call.ended and call.processed of every call; returns the ids of calls that lack one."""
    until = time.monotonic() + SETTLE_TIMEOUT
    while True:
        left = not_notified(run)
        if not (left or unknown_legs(run)) or time.monotonic() > until:
            return left
        supervise(run.local)
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
