"""Ending a call: rate and latency, compared with pgbench and a minimal DRF view in the same run."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import psutil

from benchmarks.bench_calls import connect, insert
from benchmarks.load import Load, post_all
from benchmarks.minimal.serving import serving
from liveplatform import embedded
from liveplatform.dev.stack import LocalStack
from liveplatform.embedded import pg_binaries
from tests.support.client import Customer

CONNECTIONS = (1, 4, 16)
# The same work in plain SQL: lock one row, update it, insert five rows, commit.
PGBENCH = r"""
\set n random(1, :calls)
BEGIN;
SELECT id FROM bench_call WHERE n = :n FOR UPDATE;
UPDATE bench_call SET status = 'ended', reason = 'Ended Via API call', ended_at = now() WHERE n = :n;
INSERT INTO bench_step (call_n, kind, state) VALUES (:n, 'terminate', 'pending'), (:n, 'clean_up', 'pending'),
 (:n, 'analyse', 'pending'), (:n, 'notify', 'pending'), (:n, 'more', 'pending');
COMMIT;
"""
TABLES = """
DROP TABLE IF EXISTS bench_step; DROP TABLE IF EXISTS bench_call;
CREATE TABLE bench_call (n int PRIMARY KEY, id uuid DEFAULT gen_random_uuid(), status text DEFAULT 'live', reason text, ended_at timestamptz);
CREATE TABLE bench_step (id bigserial PRIMARY KEY, call_n int, kind text, state text);
INSERT INTO bench_call (n) SELECT generate_series(1, 100000);
CREATE TABLE IF NOT EXISTS minimal_minimalcall (id uuid PRIMARY KEY, status varchar(12), reason varchar(500), ended_at timestamptz, created_at timestamptz);
CREATE TABLE IF NOT EXISTS minimal_minimalstep (id serial PRIMARY KEY, call_id uuid REFERENCES minimal_minimalcall, kind varchar(10), state varchar(8));
"""


def bench(local: LocalStack, customer: Customer, calls: int) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figures, comparison)."""
    with connect(local.var) as database:
        database.execute(TABLES)
    rows = []
    loads: dict[int, Load] = {}
    for connections in CONNECTIONS:
        count = calls if connections > 1 else calls // 4
        loads[connections], cpu = measure(local, customer, count, connections)
        rows.append(
            (f"end a call, {connections} connections", str(loads[connections]), f"web CPU {cpu:.2f} ms")
        )
    half, _ = measure(local, customer, calls // 2, 16, rate=loads[16].rate / 2)
    rows.append(("end a call, 16 connections, at half load", str(half), "aim p99 < 25 ms"))
    limit = _pgbench(local.var, 16)
    rows.append(("pgbench, the same in plain SQL, 16 connections", f"{limit:,.0f}/s", ""))
    minimal = _measure_minimal(local, calls, 16)
    rows.append(("minimal DRF + ORM view, 16 connections", str(minimal), ""))
    rows.append(("end a call, of pgbench", f"{loads[16].rate / limit:.0%}", "aim ≥ 25 %"))
    rows.append(("end a call, of the minimal view", f"{loads[16].rate / minimal.rate:.2f} ×", "aim ≥ 3 ×"))
    return rows


def measure(
    local: LocalStack, customer: Customer, count: int, connections: int, rate: float = 0.0
) -> tuple[Load, float]:
    """End new calls once each; returns the load and the web processes' CPU (ms) per request."""
    ids = insert(local.var, customer.account_id, [""] * count, [""] * count, transcripts=False)
    bodies = [json.dumps({"call_id": str(call)}).encode() for call in ids]
    before = _cpu(local)
    key = f"Authorization: Bearer {customer.key}\r\n"
    load = post_all(f"{local.url}/calls/end", bodies, connections, key, rate)
    return load, (_cpu(local) - before) / count * 1000


def _cpu(local: LocalStack) -> float:
    parent = psutil.Process(local.processes["web"].pid)
    return sum(sum(p.cpu_times()[:2]) for p in (parent, *parent.children(recursive=True)))


def _pgbench(var: Path, connections: int) -> float:
    binary = pg_binaries.bin_directory() / "pgbench"
    script = var / "bench.sql"
    script.write_text(PGBENCH)
    url = embedded.database_url(var)
    command = (
        f"{binary} -n -M prepared -c {connections} -j 1 -T 5 -D calls=100000 -f {script} {shlex.quote(url)}"
    )
    output = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True).stdout
    return float(re.search(r"tps = ([\d.]+)", output)[1])


def _measure_minimal(local: LocalStack, count: int, connections: int) -> Load:
    with connect(local.var) as database:
        insert_calls = "INSERT INTO minimal_minimalcall SELECT gen_random_uuid(), 'live', '', NULL, now() FROM generate_series(1, %s) RETURNING id"
        ids = [row[0] for row in database.execute(insert_calls, (count,)).fetchall()]
    with serving(local) as url:
        bodies = [json.dumps({"call_id": str(call)}).encode() for call in ids]
        return post_all(f"{url}/calls/end", bodies, connections)
