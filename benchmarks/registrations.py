"""Registrations on one hot session, beside the same locks in plain SQL by pgbench.

`python -m benchmarks.registrations` runs it alone; `make bench` with the others.
"""

import json
import re
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.bench_calls import connect
from benchmarks.end_call import _cpu
from benchmarks.load import Load, post_all
from liveplatform import embedded
from liveplatform.dev.stack import LocalStack
from liveplatform.embedded import pg_binaries
from tests.support.client import NO_RATE_LIMITS, Customer

CONNECTIONS = 16
SEATS = 1_000_000
TABLES = """
DROP TABLE IF EXISTS bench_seat; DROP TABLE IF EXISTS bench_hot;
CREATE TABLE bench_hot (n int PRIMARY KEY, registered int DEFAULT 0, sequence int DEFAULT 0);
CREATE TABLE bench_seat (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), n int, person text UNIQUE, body text);
INSERT INTO bench_hot SELECT generate_series(1, 1000);
"""
LOCK = """
BEGIN;
SELECT registered FROM bench_hot WHERE n = {n} FOR UPDATE;
COMMIT;
"""
# What a registration changes: a seat, the counters, an event and a mail.
REGISTER = """
BEGIN;
SELECT registered FROM bench_hot WHERE n = {n} FOR UPDATE;
SELECT id FROM bench_seat WHERE person = 'nobody';
INSERT INTO bench_seat (n, person) VALUES ({n}, gen_random_uuid()::text);
UPDATE bench_hot SET registered = registered + 1, sequence = sequence + 1 WHERE n = {n};
INSERT INTO bench_seat (n, person, body) VALUES ({n}, gen_random_uuid()::text, repeat('x', 1500));
INSERT INTO bench_seat (n, person, body) VALUES ({n}, gen_random_uuid()::text, repeat('x', 200));
COMMIT;
"""


def bench(local: LocalStack, customer: Customer, count: int) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figures, comparison)."""
    with connect(local.var) as database:
        database.execute(TABLES)
    rows = []
    loads: dict[int, Load] = {}
    for connections in (1, CONNECTIONS):
        size = count if connections > 1 else count // 4
        loads[connections], cpu = measure(local, customer, size, connections)
        name = f"register on one session, {connections} connections"
        rows.append((name, str(loads[connections]), f"web CPU {cpu:.2f} ms"))
    lock = pgbench(local.var, LOCK.format(n=1))
    same = pgbench(local.var, REGISTER.format(n=1))
    hot = loads[CONNECTIONS].rate
    rows.append(("pgbench, SELECT … FOR UPDATE of one row", f"{lock:,.0f}/s", f"we: {hot / lock:.0%}"))
    rows.append(("pgbench, the same in plain SQL on one row", f"{same:,.0f}/s", f"we: {hot / same:.0%}"))
    rows.append(("check after it", check(local.var), "no overbooking, counters equal to rows"))
    return rows


def measure(local: LocalStack, customer: Customer, count: int, connections: int) -> tuple[Load, float]:
    """Register `count` guests for a new session; returns the load and the web processes' CPU (ms) for each."""
    session = {
        "host_id": "host",
        "brand_id": "bench",
        "title": "hot",
        "scheduled_at": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
        "max_participants": SEATS,
    }
    made = customer.ask("POST", "/v1/sessions", session)
    assert made.status_code == 201, made.text
    bodies = [json.dumps({"guest_email": f"guest{n}@example.com"}).encode() for n in range(count)]
    before = _cpu(local)
    head = f"Authorization: Bearer {customer.key}\r\n"
    load = post_all(f"{local.url}/v1/sessions/{made.json()['id']}/register", bodies, connections, head)
    return load, (_cpu(local) - before) / count * 1000


def check(var: Path) -> str:
    """Whether the counters are the numbers of rows."""
    with connect(var) as database:
        wrong = database.execute(
            "SELECT count(*) FROM sessions_app_session s WHERE registered_count <> (SELECT count(*)"
            " FROM sessions_app_registration r WHERE r.session_id = s.id AND r.status = 'registered')"
        ).fetchone()[0]
        seats = database.execute("SELECT sum(registered_count) FROM sessions_app_session").fetchone()[0]
    return f"{seats:,} seats, {wrong} sessions with a wrong counter"


def pgbench(var: Path, script: str) -> float:
    """Transactions per second of a script, with CONNECTIONS connections."""
    path = var / "hot.sql"
    path.write_text(script)
    binary = pg_binaries.bin_directory() / "pgbench"
    url = embedded.database_url(var)
    command = f"{binary} -n -M prepared -c {CONNECTIONS} -j 1 -T 5 -f {path} {shlex.quote(url)}"
    output = subprocess.run(shlex.split(command), capture_output=True, text=True, check=True).stdout
    return float(re.search(r"tps = ([\d.]+)", output)[1])


def main() -> int:
    """Prints the rows."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with LocalStack(Path(folder), NO_RATE_LIMITS | {"LOG_LEVEL": "CRITICAL"}) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web")
            local.wait_ready()
            for row in bench(local, Customer(local, "bench"), 2000):
                print(" | ".join(row))
    return 0


if __name__ == "__main__":
    sys.exit(main())
