"""Attacks with one account and measures another: `python -m benchmarks.chaos --neighbours`.

Each attack begins with an account of its own; the neighbour's p50 and p95 are printed before and under it. Exit
status 1 if under an attack a p95 is more than twice the one before, a wait is over one second, or a request is
refused.
"""

import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.chaos import attacks_web, attacks_work
from benchmarks.chaos.stage import Stage
from benchmarks.chaos.victim import PROBES, Samples, Victim
from liveplatform.dev.stack import LocalStack
from tests.support.client import NO_RATE_LIMITS, Customer

ONE_BY_ONE = attacks_work.ATTACKS | attacks_web.ATTACKS


@contextlib.contextmanager
def everything_at_once(stage: Stage) -> Iterator[None]:
    """All the other attacks, by one account."""
    with contextlib.ExitStack() as attacks:
        for attack in ONE_BY_ONE.values():
            attacks.enter_context(attack(stage))
        yield


ATTACKS = ONE_BY_ONE | {"everything at once": everything_at_once}
# Rate limits are off, so that the attacks are as hard as they can be; its endpoints and connections are bounded, normally.
SETTINGS = NO_RATE_LIMITS | {
    "LOG_LEVEL": "CRITICAL",
    "PROVIDER_ALLOWLIST": "127.0.0.1",
    "WEBHOOK_MAX_ENDPOINTS": str(attacks_work.ENDPOINTS + attacks_work.BACKLOG_ENDPOINTS),
    "MAX_CONNECTIONS": str(attacks_work.CONNECTIONS + 10),
}
MOST = 1.0  # seconds
FACTOR = 2.0


@dataclass(frozen=True)
class Row:
    """One probe before and under one attack: sorted waits in seconds."""

    attack: str
    probe: str
    before: Sequence[float]
    under: Sequence[float]
    noise: float
    refused: int = 0  # requests under the attack that got an error, or no answer

    @property
    def is_above(self) -> bool:
        """Above the aim. p95 has a floor: differences of less than `noise` seconds are the machine's own."""
        allowed = max(FACTOR * quantile(self.before, 0.95), quantile(self.before, 0.95) + self.noise)
        if self.refused or not self.under:
            return True
        return quantile(self.under, 0.95) > allowed or self.under[-1] > MOST

    def cells(self) -> list[str]:
        figures = [
            f"{quantile(side, q) * 1000:,.0f}" for q in (0.5, 0.95) for side in (self.before, self.under)
        ]
        most = f"{self.under[-1] * 1000:,.0f}" if self.under else "-"
        verdict = "[red]above" if self.is_above else "[green]ok"
        return [self.attack, self.probe, *figures, most, str(len(self.under)), str(self.refused), verdict]


def quantile(waits: Sequence[float], q: float) -> float:
    """The q-quantile of sorted waits; infinite without any."""
    if len(waits) < 2:
        return waits[0] if waits else float("inf")
    return statistics.quantiles(waits, n=100, method="inclusive")[round(q * 100) - 1]


def chosen(only: str) -> list[str]:
    """The names of the attacks that contain `only`."""
    return [name for name in ATTACKS if only in name]


def run(seconds: float, only: str, noise: float) -> int:
    """Measure for so many seconds before and under each attack whose name contains `only`."""
    console = Console(width=140)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        Path(folder).chmod(0o711)
        with LocalStack(Path(folder), SETTINGS) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web", "worker", "beat")
            local.wait_ready()
            victim = Victim(Customer(local, "neighbour"))
            victim.start()
            time.sleep(3)  # the first requests of each process load modules
            for name in chosen(only):
                rows += _attack(local, victim, name, seconds, noise)
            victim.stop()
    console.print(_table(rows, noise))
    return 1 if any(row.is_above for row in rows) else 0


def _attack(local: LocalStack, victim: Victim, name: str, seconds: float, noise: float) -> list[Row]:
    stage = Stage(local, Customer(local, name))
    victim.take()
    time.sleep(seconds)
    before = victim.take()
    with ATTACKS[name](stage):
        victim.take()
        time.sleep(seconds)
        under = victim.take()
    time.sleep(2)
    return _rows(name, before, under, noise)


def _rows(name: str, before: Samples, under: Samples, noise: float) -> list[Row]:
    return [
        Row(name, probe, sorted(before.waits[probe]), sorted(under.waits[probe]), noise, under.refused[probe])
        for probe in PROBES
    ]


def _table(rows: Sequence[Row], noise: float) -> Table:
    title = (
        f"neighbours, ms; aim under attack: p95 ≤ {FACTOR:g} × (or {noise * 1000:g} ms more), "
        f"never over {MOST * 1000:g} ms"
    )
    columns = (
        "attack",
        "probe",
        "p50 before",
        "p50 under",
        "p95 before",
        "p95 under",
        "most",
        "n",
        "refused",
        "",
    )
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*row.cells())
    return table
