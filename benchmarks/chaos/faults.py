"""The injected faults by name: of the platform's processes and servers, of providers, of receivers."""

import random
import time
from collections.abc import Callable

import requests

from benchmarks.chaos import faults_servers
from benchmarks.chaos.faults_processes import freeze_worker
from benchmarks.chaos.state import ENDING_OPERATIONS, OPENING_OPERATIONS, STREAM_OPERATIONS, Run

LOST_ANSWERS = ("act_then_timeout", "act_then_reset")
PAGES = ("html", "html_400", "html_404", "act_then_html", "json_400")
PROVIDER_FAULTS = (*LOST_ANSWERS, "503", "reset", "429", "bad_json", "slow_drip")
# What the receiver does instead of 200; after "reset" and "drip" the delivery was received all the same.
RECEIVER_FAULTS = ("hang", "drop", "status/500", "busy/1", "drip", "reset", "big")


def _fail_provider(run: Run, rng: random.Random) -> None:
    operation = rng.choice((*ENDING_OPERATIONS, *OPENING_OPERATIONS))
    run.customer.sandbox.add_fault(
        operation, rng.choice(PROVIDER_FAULTS), times=rng.randint(1, 5), retry_after=1
    )


def _answer_pages(run: Run, rng: random.Random) -> None:
    """Something in front of the provider answers with pages, for seconds."""
    run.customer.sandbox.add_fault("*", rng.choice(PAGES), times=rng.randint(5, 20))


def _lose_room_answers(run: Run, rng: random.Random) -> None:
    """Rooms are opened, and nobody is told."""
    run.customer.sandbox.add_fault("open_room", rng.choice(LOST_ANSWERS), times=rng.randint(1, 5))


def _fail_streams(run: Run, rng: random.Random) -> None:
    """Starts and stops of streams fail, or have their effect and nobody is told."""
    for operation in STREAM_OPERATIONS:
        run.customer.sandbox.add_fault(
            operation, rng.choice(PROVIDER_FAULTS), times=rng.randint(1, 3), retry_after=1
        )


def _fail_receiver(run: Run, rng: random.Random) -> None:
    _behave(run, rng.choice(RECEIVER_FAULTS))
    try:
        time.sleep(rng.uniform(0.5, 2))
    finally:
        _behave(run, "ok")


def _behave(run: Run, behaviour: str) -> None:
    requests.put(f"{run.local.receiver_url}/_behaviour/{behaviour}", timeout=5).raise_for_status()


Fault = Callable[[Run, random.Random], None]

FAULTS: dict[str, Fault] = {
    "FLUSHALL": faults_servers.flush_redis,
    "kill -9 Redis": faults_servers.kill_redis,
    "Redis frozen": faults_servers.freeze_redis,
    "Redis out of memory": faults_servers.fill_redis,
    "PostgreSQL crashed": faults_servers.crash_postgres,
    "PostgreSQL away": faults_servers.take_postgres_away,
    "PostgreSQL frozen": faults_servers.freeze_postgres,
    "PostgreSQL out of connections": faults_servers.exhaust_connections,
    "PostgreSQL's disk full": faults_servers.fill_disk,
    "worker frozen past its lease": freeze_worker,
    "provider fault": _fail_provider,
    "provider's front answers pages": _answer_pages,
    "answers of opened rooms lost": _lose_room_answers,
    "starts and stops of streams fail": _fail_streams,
    "receiver fault": _fail_receiver,
}


def possible_faults(run: Run) -> dict[str, Fault]:
    """Without those that this machine does not allow."""
    return {
        name: fault
        for name, fault in FAULTS.items()
        if fault is not faults_servers.fill_disk or not run.disk.reason
    }
