"""Compares three ledgers that know nothing of each other: the client's, the provider's, the receiver's."""

import argparse
import contextlib
import statistics
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.bench_calls import connect
from benchmarks.chaos.state import ENDING_OPERATIONS, STREAM_OPERATIONS, Run
from benchmarks.chaos.streams import StreamClients

MEETING = "meeting-"  # rooms of meetings, each of which is broadcast several times
UNSETTLED = """
SELECT c.id FROM unnest(%s::uuid[]) AS c(id)
WHERE (SELECT count(*) FROM calls_step s WHERE s.call_id = c.id AND s.state IN ('done', 'skipped')) < 4
"""


def not_notified(run: Run) -> set[str]:
    """The ids of ended calls without an accepted call.ended or call.processed."""
    run.received.read()
    ended = {ended.call.id for ended in run.ended}
    return ended - (run.received.calls("call.ended") & run.received.calls("call.processed"))


def unknown_legs(run: Run) -> set[str]:
    """Legs that are live, and so billed, at the provider, and belong to no call here."""
    legs = set(run.customer.sandbox.live()["twilio"]) - run.supply.legs
    for leg in sorted(legs):
        with contextlib.suppress(requests.RequestException, KeyError):
            found = run.customer.ask("GET", f"/v1/calls?provider_call_id={leg}").json()
            legs -= {leg} if found["calls"] else set()
    return legs


@dataclass(frozen=True)
class ProviderLedger:
    """What the provider did, by its own account."""

    live: set[str]
    effects: Counter[tuple[str, str]]
    asked: Counter[tuple[str, str]]

    @classmethod
    def read(cls, run: Run) -> "ProviderLedger":
        rows: list[dict[str, Any]] = run.customer.sandbox.ledger()
        return cls(
            live=set(sum(run.customer.sandbox.live().values(), [])),
            effects=Counter((row["operation"], row["resource"]) for row in rows if row["effect"]),
            asked=Counter(
                (row["operation"], row["resource"]) for row in rows if row["operation"] in ENDING_OPERATIONS
            ),
        )

    @property
    def twice(self) -> list[tuple[str, str]]:
        """But the starts and stops of a call's or meeting's streams: it has several."""
        return [
            (operation, resource)
            for (operation, resource), count in self.effects.items()
            if count > 1 and operation not in STREAM_OPERATIONS and not resource.startswith(MEETING)
        ]


def not_reached(run: Run, kills: int, ends: int) -> list[str]:
    """What was asked for and did not come about."""
    made = {"kills": (run.kills, kills), "ends": (len(run.ended), max(ends, 1))}
    return [f"{count:,} {what}, not {wanted:,}" for what, (count, wanted) in made.items() if count < wanted]


def report(
    console: Console, run: Run, missing: set[str], options: argparse.Namespace, streams: StreamClients
) -> int:
    """Print the three ledgers and what was lost; 1 if anything was, or too few kills or ends came about."""
    provider = ProviderLedger.read(run)
    lost = _losses(run, missing, provider) | _running(streams)
    facts = {
        "seed": options.seed,
        **_facts(run, provider),
        **streams.facts(),
        **{name: len(found) for name, found in lost.items()},
    }
    table = Table("what", "count", title="chaos")
    for name, value in (facts | {"end answered → processed received": _recovery(run)}).items():
        table.add_row(name, str(value))
    console.print(table)
    for name, found in lost.items():
        for each in list(found)[:5]:
            console.print(f"[red]{name}: {getattr(getattr(each, 'call', each), 'id', each)}")
    bad = any(lost.values())
    console.print(
        "[red]something was lost or duplicated" if bad else "[green]nothing was lost, nothing was duplicated"
    )
    short = not_reached(run, options.kills, options.ends)
    for line in short:
        console.print(f"[red]too few: {line}")
    return 1 if bad or short else 0


def _losses(run: Run, missing: set[str], provider: ProviderLedger) -> dict[str, Collection[Any]]:
    """What must be empty."""
    ids = [ended.call.id for ended in run.ended]
    with connect(run.local.var) as database:
        unsettled = [str(row[0]) for row in database.execute(UNSETTLED, (ids,))]
    return {
        "lost: leg or room still live": [e for e in run.ended if e.call.provider_id in provider.live],
        "lost: steps not settled": unsettled,
        "lost: call.ended or call.processed not received": missing,
        "lost: legs without a call": unknown_legs(run),
        "duplicated effects": provider.twice,
        "webhooks whose body changed": run.received.changed,
    }


def _running(streams: StreamClients) -> dict[str, Collection[Any]]:
    """All streams were stopped: none may run, or be about to."""
    return {
        "orphans: streams that run at a provider": streams.orphans(),
        "lost: streams left open past their stop": streams.open_rows(),
    }


def _facts(run: Run, provider: ProviderLedger) -> dict[str, object]:
    """The counts of the three ledgers."""
    sids = {ended.call.provider_id for ended in run.ended}
    ended_there = sum(provider.effects[(ended.call.operation, ended.call.provider_id)] for ended in run.ended)
    return {
        "faults": sum(run.faults.values()),
        **{f"  {name}": count for name, count in sorted(run.faults.items())},
        "kills (kill -9)": run.kills,
        "client: calls ended with 2xx": len(run.ended),
        "  of these placed in batches, not by the API": len(run.supply.legs & sids),
        "client: responses other than 2xx": dict(run.failed),
        "provider: ends with an effect, of these calls": ended_there,
        "provider: requests to end repeated, without effect": sum(n - 1 for n in provider.asked.values()),
        "receiver: messages accepted": len(run.received.deliveries),
        "receiver: accepted again, same id and bytes": run.received.repeated,
        "receiver: requests that it refused or dropped": run.received.refused,
    }


def _recovery(run: Run) -> str:
    waits = sorted(
        at - ended.at
        for ended in run.ended
        if (at := run.received.accepted_at("call.processed", ended.call.id)) is not None
    )
    if len(waits) < 2:
        return "-"
    p = statistics.quantiles(waits, n=100)
    return f"p50 {p[49]:.2f} s, p99 {p[98]:.2f} s, most {waits[-1]:.2f} s"
