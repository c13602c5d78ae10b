"""Ending 10,000 calls by one bulk operation: its duration, and the latency of single ends meanwhile."""

import statistics
import time

import requests

from benchmarks.bench_calls import connect, insert
from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer

LOCKS = """
SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
  AND backend_type = 'client backend'
"""


def bench(local: LocalStack, customer: Customer, calls: int) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figures, comparison). No worker runs before and after it."""
    insert(local.var, customer.account_id, [""] * calls, [""] * calls, transcripts=False)
    singles = insert(local.var, customer.account_id, [""] * 400, [""] * 400, transcripts=False)
    with requests.Session() as http, connect(local.var) as database:
        http.headers["Authorization"] = f"Bearer {customer.key}"
        before = [_end(local, http, call) for call in singles[:200]]
        local.start("worker")
        began = time.perf_counter()
        answer = http.post(f"{local.url}/v1/calls/bulk-end", json={"all": True}, timeout=30)
        answer.raise_for_status()
        answered = time.perf_counter() - began
        meanwhile, longest, took, found = _run_beside(
            local, http, database, answer.json()["id"], singles[200:]
        )
    local.kill("worker", 15)
    return [
        (
            f"bulk-end of {calls:,} calls answered",
            f"{answered * 1000:.0f} ms",
            "at once, whatever the number",
        ),
        ("  all of them ended", f"{took:.1f} s", f"{found['ended']:,} ended"),
        ("  the longest transaction seen meanwhile", f"{longest * 1000:.0f} ms", ""),
        ("  single ends before, p50 / p99", _percentiles(before), ""),
        ("  single ends meanwhile, p50 / p99", _percentiles(meanwhile), ""),
    ]


def _end(local: LocalStack, http: requests.Session, call: object) -> float:
    began = time.perf_counter()
    http.post(f"{local.url}/calls/end", json={"call_id": str(call)}, timeout=30).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _run_beside(local, http, database, operation: str, singles) -> tuple[list[float], float, float, dict]:
    began, longest, times = time.perf_counter(), 0.0, []
    for call in [*singles, *[None] * 100_000]:
        if call:
            times.append(_end(local, http, call))
        longest = max(longest, float(database.execute(LOCKS).fetchone()[0]))
        found = http.get(f"{local.url}/v1/operations/{operation}", timeout=30).json()
        if found["state"] != "running":
            break
        time.sleep(0.005)
    return times, longest, time.perf_counter() - began, found


def _percentiles(times: list[float]) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"{cuts[49]:.1f} / {cuts[98]:.1f} ms, {len(times)} of them"
