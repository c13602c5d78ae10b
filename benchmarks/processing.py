"""Post-processing: calls per second with one and two workers, latency and memory, compared with Celery."""

import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import jwt
import psutil
import requests

from benchmarks import celery_worker
from benchmarks.bench_calls import connect, insert, place
from liveplatform.dev.stack import LocalStack
from tests.support.client import TURNS, Customer

SECRET = "a-secret-of-at-least-32-characters"


def bench(local: LocalStack, customer: Customer, calls: int) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figures, comparison). No worker runs before and after it."""
    bare = _bare(local, customer, calls)
    chains = _chain(local, customer, calls, f"{local.receiver_url}/ok")
    noops = celery_worker.rate(local, calls * 4, lambda tasks, _: tasks.noop.delay())
    rows = [
        ("the same two HTTP requests by a bare pool of 32 threads", f"{bare:,.0f} calls/s", ""),
        ("the same as chains of five Celery tasks, two processes", f"{chains:,.0f} calls/s", ""),
        ("Celery no-op tasks, two processes", f"{noops:,.0f}/s", ""),
    ]
    for workers in (1, 2):
        names = ["worker", "worker-2"][:workers]
        rate, deliveries = _processed(local, customer, calls, names)
        comparison = (
            f"{rate / bare:.0%} of the bare pool (aim ≥ 60 %), {rate / chains:.1f} × the chains (aim ≥ 2 ×)"
        )
        rows.append((f"calls processed whole, {workers} worker(s)", f"{rate:,.0f} calls/s", comparison))
        rows.append((f"  webhooks among it, {workers} worker(s)", f"{deliveries:,.0f}/s", ""))
        if workers == 1:
            rows += _unloaded(local, customer)
            rows += _memory(local)
        for name in names:
            local.kill(name, 15)
    return rows


def _processed(local: LocalStack, customer: Customer, calls: int, names: list[str]) -> tuple[float, float]:
    """Calls are ended beforehand; measured from the first step claimed to the last one settled."""
    legs, rooms = place(local.sandbox_url, customer.account_id, calls)
    ids = insert(local.var, customer.account_id, legs, rooms, transcripts=True)
    headers = {"Authorization": f"Bearer {customer.key}"}
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda call: requests.post(
                    f"{local.url}/calls/end", json={"call_id": str(call)}, headers=headers, timeout=30
                ),
                ids,
            )
        )
    local.start(*names)
    with connect(local.var) as database:
        query = "SELECT count(*), extract(epoch FROM max(settled_at) - min((log -> 0 ->> 'at')::timestamptz)) FROM calls_step WHERE call_id = ANY(%s) AND state = 'done' AND {}"
        while database.execute(query.format("kind = 'notify'"), (ids,)).fetchone()[0] < calls:
            time.sleep(0.2)
        took = database.execute(query.format("true"), (ids,)).fetchone()[1]
        sent = "SELECT count(*), extract(epoch FROM max(d.settled_at) - min(d.created_at)) FROM webhooks_delivery d JOIN webhooks_event e ON e.id = d.event_id WHERE e.subject_id = ANY(%s) AND d.state <> 'pending'"
        while database.execute(sent, (ids,)).fetchone()[0] < calls * 3:
            time.sleep(0.2)
    return calls / float(took), calls * 3 / float(took)


def _unloaded(local: LocalStack, customer: Customer) -> list[tuple[str, str, str]]:
    """One call at a time: from the response to the end until call.processed is received."""
    waits = []
    for _ in range(60):
        call = customer.phone_call()
        call.end().raise_for_status()
        answered = time.time()
        call.event_counts("call.processed")
        received = [
            line["at"] for line in call.received() if json.loads(line["body"])["type"] == "call.processed"
        ]
        waits.append((received[0] - answered) * 1000)
    cuts = statistics.quantiles(waits, n=100)
    return [
        (
            "end answered → call.processed received, unloaded",
            f"p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms",
            "aim p50 < 150 ms, p99 < 1 s",
        )
    ]


def _bare(local: LocalStack, customer: Customer, calls: int) -> float:
    """The upper bound: the two provider requests and nothing else."""
    legs, rooms = place(local.sandbox_url, customer.account_id, calls)
    account, http = f"AC{customer.account_id}", requests.Session()
    token = jwt.encode({"server": True}, SECRET)
    http.trust_env = False
    http.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=32))

    def one(pair: tuple[str, str]) -> None:
        base = local.sandbox_url
        http.post(
            f"{base}/2010-04-01/Accounts/{account}/Calls/{pair[0]}.json",
            data={"Status": "completed"},
            auth=(account, "t"),
        )
        headers = {"Authorization": token, "stream-auth-type": "jwt"}
        http.post(
            f"{base}/api/v2/video/call/default/{pair[1]}/delete?api_key={customer.account_id}",
            json={"hard": False},
            headers=headers,
        )

    began = time.perf_counter()
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(one, zip(legs, rooms, strict=True)))
    return calls / (time.perf_counter() - began)


def _chain(local: LocalStack, customer: Customer, calls: int, hook: str) -> float:
    """The same work as chains of five Celery tasks."""
    legs, rooms = place(local.sandbox_url, customer.account_id, calls)
    common = {
        "sandbox": local.sandbox_url,
        "account": f"AC{customer.account_id}",
        "key": customer.account_id,
        "token": jwt.encode({"server": True}, SECRET),
        "turns": json.dumps(TURNS),
        "hook": hook,
        "secret": customer.secret,
    }
    return celery_worker.rate(
        local,
        calls,
        lambda tasks, n: tasks.processing_chain(common | {"leg": legs[n], "room": rooms[n]}).delay(),
        steps=5,
    )


def _memory(local: LocalStack) -> list[tuple[str, str, str]]:
    """PSS of each process: its private memory and its share of shared pages."""
    rows = []
    for name, process in local.processes.items():
        parent = psutil.Process(process.pid)
        sizes = [p.memory_full_info().pss / 2**20 for p in (parent, *parent.children(recursive=True))]
        aim = {"web": "aim ≤ 90 MB each", "worker": "aim ≤ 110 MB each"}.get(name, "")
        rows.append((f"memory of {name} (PSS)", " + ".join(f"{size:.0f}" for size in sizes) + " MB", aim))
    return rows
