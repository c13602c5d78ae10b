"""The verdict, from three ledgers: the client's log of 2xx, the provider's effects, the receiver's log."""

import json
import statistics
from collections import Counter, defaultdict

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.chaos.state import FAULTY, Run
from tests.support.client import PlacedCall


def untold(run: Run) -> set[str]:
    """The ids of ended calls of which the customer has not heard both that they ended and were processed."""
    ended = {ended.call.id for ended in run.ended}
    return ended - (_told(run, "call.ended") & _told(run, "call.processed"))


def unknown(run: Run) -> set[str]:
    """Legs that run at the provider, and of which no call here knows: somebody pays for them."""
    legs = set(run.customer.sandbox.live()["twilio"])
    for leg in sorted(legs):
        found = run.customer.ask("GET", f"/v1/calls?provider_call_id={leg}").json()
        legs -= {leg} if found["calls"] else set()
    return legs


def judge(console: Console, run: Run, untold: set[str]) -> int:
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
    lost = unknown(run)
    changed = [key for key, found in bodies.items() if len(found) > 1]
    facts = {
        "faults": sum(run.faults.values()),
        **{f"  {name}": count for name, count in sorted(run.faults.items())},
        "calls ended with 2xx": len(run.ended),
        "answers that were not 2xx": dict(run.refused),
        "lost: leg or room still live": len(unended),
        "lost: steps not settled": len(unsettled),
        "lost: not told as ended and processed": len(untold),
        "lost: legs that nobody here knows": len(lost),
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
    bad = len(unended) + len(lost) + len(unsettled) + len(untold) + len(twice) + len(changed)
    console.print(
        "[red]something was lost or doubled" if bad else "[green]nothing was lost, nothing happened twice"
    )
    return 1 if bad or not run.ended else 0


def _is_settled(call: PlacedCall) -> bool:
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


def _told(run: Run, kind: str) -> set[str]:
    """The calls of which the receiver has heard this."""
    return {body["data"]["call"]["id"] for body in _bodies(run) if body["type"] == kind}


def _lines(run: Run) -> list[dict]:
    return [json.loads(line) for line in run.local.received.read_text().splitlines()]


def _bodies(run: Run) -> list[dict]:
    return [json.loads(line["body"]) for line in _lines(run)]
