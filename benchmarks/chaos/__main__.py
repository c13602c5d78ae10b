"""Ends calls, and starts and stops streams, under load while components fail; then compares three records.

    python -m benchmarks.chaos --seconds 120

The client's log has the ends that were answered 2xx, the sandbox's ledger the effects at the provider, the
receiver's log the webhooks. Exit status 1 if anything was lost or duplicated, or a stream runs on. With --kills and --ends it goes on
until there were so many, for twice the seconds at most. `--neighbours` is another run: neighbours.py.
"""

import argparse
import contextlib
import queue
import random
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import requests
from rich.console import Console

from benchmarks.chaos import neighbours
from benchmarks.chaos.faults import possible_faults
from benchmarks.chaos.faults_processes import FAILED_ALREADY, kill_often, restart_often, supervise
from benchmarks.chaos.ledgers import Received
from benchmarks.chaos.small_disk import SmallDisk
from benchmarks.chaos.state import SETTINGS, Ended, Run
from benchmarks.chaos.streams import StreamClients
from benchmarks.chaos.supply import Supply
from benchmarks.chaos.verdict import not_notified, report, unknown_legs
from calls.demo.voice_bot import VoiceBot
from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer, PlacedCall

# Seconds without progress after which what has not settled counts as lost.
SETTLE_TIMEOUT = 180.0
# Of the wanted ends, how many are of calls from the supply: more, so that there is never a lack of calls.
SUPPLIED = 1.3
# Ended calls that have not been processed yet, beyond which clients wait: a longer backlog shows nothing more.
MOST_WAITING = 600
# Seconds without news after which waiting deliveries are sent again, as an operator would: the retry schedule
# goes on for three days.
RESEND_AFTER = 45.0


def main() -> int:
    options = _options()
    if options.neighbours:
        return neighbours.run(options.seconds, options.only, options.noise_ms / 1000)
    console = Console(width=120)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        var = Path(folder)
        var.chmod(0o711)
        disk = SmallDisk(var)
        try:
            with LocalStack(var, SETTINGS) as local:
                return _run(console, local, disk, options)
        finally:
            disk.unmount()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--kills", type=int, default=0, help="at least so many kills")
    parser.add_argument("--ends", type=int, default=0, help="at least so many ends")
    parser.add_argument("--kill-every", type=float, default=1.5, help="seconds between two kills")
    parser.add_argument("--fault-every", type=float, default=1.35, help="seconds between two other faults")
    parser.add_argument("--workers", type=int, default=2, help="worker processes of two pool children each")
    parser.add_argument("--clients", type=int, default=6)
    seed = random.randrange(10**6)
    parser.add_argument("--seed", type=int, default=seed, help="seed of the order of faults")
    parser.add_argument("--neighbours", action="store_true", help="attack with one account, measure another")
    parser.add_argument("--only", default="", help="with --neighbours: attacks whose name contains this")
    parser.add_argument("--noise-ms", type=float, default=150.0, help="with --neighbours: the floor of p95")
    options = parser.parse_args()
    if options.neighbours and not neighbours.chosen(options.only):
        parser.error(f"--only {options.only}: no such attack. There are: {', '.join(neighbours.ATTACKS)}")
    return options


def _run(console: Console, local: LocalStack, disk: SmallDisk, options: argparse.Namespace) -> int:
    local.prepare()
    disk.mount()
    if disk.reason:
        console.print(f"[yellow]PostgreSQL's disk is not filled: {disk.reason}")
    workers = ("worker", *(f"worker-{n}" for n in range(2, options.workers + 1)))
    local.start("sandbox", "receiver", "web", *workers, "beat")
    local.wait_ready()
    customer = _customer(local)
    supply = Supply(customer, SUPPLIED * options.ends / options.seconds)
    run = Run(local, customer, disk, Received(local.received), supply, workers)
    with VoiceBot() as bot:
        streams = StreamClients(run, bot, options.seed)
        console.print(f"ending calls for {options.seconds:g} s while components fail (seed {options.seed})")
        _inject_faults(run, options, streams.threads())
        left = _settle(run, streams)
        return report(console, run, left, options, streams)


def _customer(local: LocalStack) -> Customer:
    """Its endpoint responds as the faults of receivers say."""
    customer = Customer(local, "chaos")
    (endpoint,) = customer.ask("GET", "/v1/webhooks/endpoints").json()["endpoints"]
    path = f"/v1/webhooks/endpoints/{endpoint['id']}"
    customer.ask("PATCH", path, {"url": f"{local.receiver_url}/"}).raise_for_status()
    return customer


def _inject_faults(run: Run, options: argparse.Namespace, others: Sequence[threading.Thread] = ()) -> None:
    """`others`: threads that go on until the run is stopped."""
    rng = random.Random(options.seed)
    threads = [*others]
    threads += [threading.Thread(target=_client, args=(run, i)) for i in range(options.clients)]
    killing = (run, random.Random(options.seed + 1), options.kill_every)
    threads.append(threading.Thread(target=kill_often, args=killing))
    threads.append(threading.Thread(target=restart_often, args=(run,)))
    threads.append(threading.Thread(target=_keep_supplied, args=(run,)))
    for thread in threads:
        thread.start()
    faults = possible_faults(run)
    try:
        began = time.monotonic()
        while not _is_enough(run, options, time.monotonic() - began):
            name = rng.choice(list(faults))
            # A server that another fault has just stopped cannot fail once more.
            with contextlib.suppress(*FAILED_ALREADY):
                faults[name](run, rng)
                run.faults[name] += 1
            supervise(run)
            time.sleep(options.fault_every * rng.uniform(0.5, 1.5))
    finally:
        run.stopped.set()
        for thread in (*threads, *run.thawing):
            thread.join()
    run.customer.sandbox.reset()
    supervise(run)


def _is_enough(run: Run, options: argparse.Namespace, seconds: float) -> bool:
    enough = run.kills >= options.kills and len(run.ended) >= options.ends
    return seconds >= options.seconds * 2 or (seconds >= options.seconds and enough)


def _client(run: Run, number: int) -> None:
    """Takes calls and ends them; retries an end without a 2xx response."""
    while run.keeps_up.wait() and not run.stopped.is_set():
        try:
            call = _call(run, number)
        except queue.Empty:
            continue
        except requests.RequestException:
            run.failed["not placed"] += 1
            time.sleep(0.1)
            continue
        _end(run, call)


def _call(run: Run, number: int) -> PlacedCall:
    """A call for the client of this number; half of them take theirs from the supply, if there is one."""
    if run.supply.rate and number % 2:
        return run.supply.take()
    return run.customer.phone_call() if number % 3 else run.customer.video_call(transcript=True)


def _keep_supplied(run: Run) -> None:
    """Let the clients wait while the workers are behind; else add to the supply what is due."""
    while not run.stopped.wait(0.2):
        if len(not_notified(run)) > MOST_WAITING:
            run.keeps_up.clear()
            continue
        run.keeps_up.set()
        if run.supply.is_low:
            run.supply.add(run.stopped)
    run.keeps_up.set()


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


def _settle(run: Run, streams: StreamClients) -> set[str]:
    """Wait for call.ended and call.processed of every call, and the end of every stream; returns the ids of
    calls that lack an event."""
    progress = resent = time.monotonic()
    fewest = sys.maxsize
    while True:
        supervise(run)
        left, running = not_notified(run), streams.left()
        now = time.monotonic()
        if len(left) + len(running) < fewest:
            fewest, progress = len(left) + len(running), now
        if not (left or running or unknown_legs(run)) or now - progress > SETTLE_TIMEOUT:
            return left
        if now - resent > RESEND_AFTER:
            resent = now
            _resend_waiting(run)
        time.sleep(1)


def _resend_waiting(run: Run) -> None:
    """What the receiver refused several times waits for minutes: send it now."""
    with contextlib.suppress(requests.RequestException, KeyError):
        answer = run.customer.ask("GET", "/v1/webhooks/deliveries?state=pending&limit=200").json()
        for delivery in answer["deliveries"]:
            run.customer.ask("POST", f"/v1/webhooks/deliveries/{delivery['id']}/resend")


if __name__ == "__main__":
    sys.exit(main())
