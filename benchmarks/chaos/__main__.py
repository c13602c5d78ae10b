"""Ends calls under load while things break, then judges from three ledgers that know nothing of each other.

    python -m benchmarks.chaos --seconds 120

The client's log says which ends were answered 2xx; the sandbox's ledger says what happened at the provider;
the receiver's log says what the customer was told. Exit status 1 if anything was lost or happened twice.
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

from benchmarks.chaos.breaking import FAULTS, supervise
from benchmarks.chaos.judging import judge, unknown, untold
from benchmarks.chaos.state import Ended, Run
from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer, PlacedCall

SETTINGS = {
    "WORK_LEASE": "8",
    "WORK_SWEEP": "1",
    "PROVIDER_TIMEOUT": "2",
    "TRANSCRIPT_WINDOW": "2",
    "LOG_LEVEL": "CRITICAL",
}
CLIENTS = 6
SETTLING = 90.0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the faults' order")
    asked = parser.parse_args()
    console = Console()
    dice = random.Random(asked.seed)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        Path(folder).chmod(0o711)
        with LocalStack(Path(folder), SETTINGS) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web", "worker", "worker-2", "beat")
            local.wait_ready()
            run = Run(local, Customer(local, "chaos"))
            console.print(f"ending calls for {asked.seconds:g} s while things break (seed {asked.seed})")
            _break_and_end(run, asked.seconds, dice)
            left = _settle(run)
            return judge(console, run, left)


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
            supervise(run.local)
            time.sleep(dice.uniform(0.7, 2.0))
    finally:
        run.over.set()
        for client in clients:
            client.join()
    run.customer.sandbox.reset()
    supervise(run.local)


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


def _end(run: Run, call: PlacedCall) -> None:
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


def _settle(run: Run) -> set[str]:
    """Wait until every call was told as ended and as processed; the ids of those that were not."""
    until = time.monotonic() + SETTLING
    while True:
        left = untold(run)
        if not (left or unknown(run)) or time.monotonic() > until:
            return left
        supervise(run.local)
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
