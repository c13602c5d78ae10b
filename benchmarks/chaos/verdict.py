"""Compares the client's log of 2xx, the provider's ledger and the receiver's log."""

import json
import statistics
from collections import Counter, defaultdict

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.chaos.state import ENDING_OPERATIONS, Run
from tests.support.client import PlacedCall


def not_notified(run: Run) -> set[str]:
    """The ids of ended calls without a received call.ended or call.processed."""
    ended = {ended.call.id for ended in run.ended}
    return ended - (_received(run, "call.ended") & _received(run, "call.processed"))


def unknown_legs(run: Run) -> set[str]:
    """Legs that are live, and so billed, at the provider, and belong to no call here."""
    legs = set(run.customer.sandbox.live()["twilio"])
    for leg in sorted(legs):
        found = run.customer.ask("GET", f"/v1/calls?provider_call_id={leg}").json()
        legs -= {leg} if found["calls"] else set()
    return legs


def report(console: Console, run: Run, missing: set[str]) -> int:
    live = set(sum(run.customer.sandbox.live().values(), []))
    ledger = run.customer.sandbox.ledger()
    effects = Counter((e["operation"], e["resource"]) for e in ledger if e["effect"])
    asked = Counter((e["operation"], e["resource"]) for e in ledger if e["operation"] in ENDING_OPERATIONS)
    still_live = [e for e in run.ended if e.call.provider_id in live]
    unsettled = [e for e in run.ended if not _is_settled(e.call)]
    twice = [key for key, count in effects.items() if count > 1]
    bodies: dict[str, set[str]] = defaultdict(set)
    deliveries: Counter[str] = Counter()
    for line in _lines(run):
        bodies[line["headers"]["webhook-id"]].add(line["body"])
        deliveries[line["headers"]["webhook-id"]] += 1
    unknown = unknown_legs(run)
    changed = [key for key, found in bodies.items() if len(found) > 1]
    facts = {
        "faults": sum(run.faults.values()),
        **{f"  {name}": count for name, count in sorted(run.faults.items())},
        "calls ended with 2xx": len(run.ended),
        "responses other than 2xx": dict(run.failed),
        "lost: leg or room still live": len(still_live),
        "lost: steps not settled": len(unsettled),
        "lost: call.ended or call.processed not received": len(missing),
        "lost: legs without a call": len(unknown),
        "duplicated effects": len(twice),
        "requests repeated, without effect": sum(count - 1 for count in asked.values()),
        "webhooks received": sum(deliveries.values()),
        "webhooks repeated (same id)": sum(count - 1 for count in deliveries.values()),
        "webhooks whose body changed": len(changed),
        "end answered → processed received": _recovery(run),
    }
    table = Table("what", "count", title="chaos")
    for name, value in facts.items():
        table.add_row(name, str(value))
    console.print(table)
    bad = len(still_live) + len(unknown) + len(unsettled) + len(missing) + len(twice) + len(changed)
    console.print(
        "[red]something was lost or duplicated" if bad else "[green]nothing was lost, nothing was duplicated"
    )
    return 1 if bad or not run.ended else 0


def _is_settled(call: PlacedCall) -> bool:
    try:
        states = call.states()
    except (requests.RequestException, AssertionError):
        return False
    return len(states) == 4 and not set(states.values()) & {"pending", "running", "failed"}


def _recovery(run: Run) -> str:
    processed_at: dict[str, float] = {}
    for line in _lines(run):
        body = json.loads(line["body"])
        if body["type"] == "call.processed":
            processed_at.setdefault(body["data"]["call"]["id"], line["at"])
    waits = sorted(processed_at[e.call.id] - e.at for e in run.ended if e.call.id in processed_at)
    if len(waits) < 2:
        return "-"
    p = statistics.quantiles(waits, n=100)
    return f"p50 {p[49]:.2f} s, p99 {p[98]:.2f} s, most {waits[-1]:.2f} s"


def _received(run: Run, kind: str) -> set[str]:
    """The calls of which an event of this type was received."""
    return {body["data"]["call"]["id"] for body in _bodies(run) if body["type"] == kind}


def _lines(run: Run) -> list[dict]:
    return [json.loads(line) for line in run.local.received.read_text().splitlines()]


def _bodies(run: Run) -> list[dict]:
    return [json.loads(line["body"]) for line in _lines(run)]
