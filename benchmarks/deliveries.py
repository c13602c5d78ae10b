"""Webhook deliveries per second to a fast and a slow receiver, compared with Celery and a minimal loop."""

import asyncio
import json
import time
import uuid

import aiohttp
import psycopg

from benchmarks import celery_worker, sink
from benchmarks.bench_calls import connect
from liveplatform import embedded
from liveplatform.dev.stack import LocalStack
from liveplatform.webhooks.signing import new_secret, signature_headers
from tests.support.client import Customer

DELAYS = {"a fast sink": 0.0, "a sink that answers after 100 ms": 0.1}
BODY = json.dumps({"type": "bench.event", "data": {"text": "x" * 1500}})
EVENTS = """
INSERT INTO webhooks_event (id, account_id, subject_id, sequence, type, body, created_at)
SELECT id, %(account)s, id, 1, 'bench.event', %(body)s, now() FROM unnest(%(ids)s::uuid[]) AS e(id)
"""
DELIVERIES = """
INSERT INTO webhooks_delivery (id, account_id, event_id, endpoint_id, tenant_key, concurrency_key, state, due_at, attempts, max_attempts,
                               fencing_token, error, result, log, created_at, updated_at)
SELECT gen_random_uuid(), %(account)s, id, %(endpoint)s, %(account)s, %(endpoint)s, 'pending', now(), 0, 10, 0, '', '{}', '[]',
       now(), now()
FROM unnest(%(ids)s::uuid[]) AS e(id)
"""
SETTLED = """
SELECT count(*), extract(epoch FROM max(settled_at) - min((log -> 0 ->> 'at')::timestamptz))
FROM webhooks_delivery WHERE event_id = ANY(%s) AND state = 'done'
"""
BARE = """
DROP TABLE IF EXISTS bench_delivery;
CREATE TABLE bench_delivery (id uuid PRIMARY KEY, body text, state text, due_at timestamptz DEFAULT now());
CREATE INDEX ON bench_delivery (due_at) WHERE state = 'pending';
"""
CLAIM = """
UPDATE bench_delivery SET state = 'running' WHERE id IN (
    SELECT id FROM bench_delivery WHERE state = 'pending' ORDER BY due_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING id, body
"""


def bench(local: LocalStack, customer: Customer, count: int) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figures, comparison). No worker runs before and after it."""
    rows = []
    for name, delay in DELAYS.items():
        with sink.running(delay) as url:
            ours = _ours(local, customer, url, count)
            tasks = _celery(local, url, count if not delay else count // 10)
            bare = _bare(local, url, count)
        comparison = (
            f"{ours / tasks:.1f} × a task each (aim ≥ 5 ×), {ours / bare:.0%} of the loop (aim ≥ 60 %)"
        )
        rows.append((f"deliveries to {name}, one worker of two processes", f"{ours:,.0f}/s", comparison))
        rows.append((f"  one Celery task each with requests, 8 processes, {name}", f"{tasks:,.0f}/s", ""))
        rows.append((f"  a bare loop (batches of 100, aiohttp), one process, {name}", f"{bare:,.0f}/s", ""))
    return rows


def _ours(local: LocalStack, customer: Customer, url: str, count: int) -> float:
    """Rows are inserted beforehand; measured from the first attempt to the last one settled."""
    answer = customer.ask("POST", "/v1/webhooks/endpoints", {"url": url, "events": ["call.analyzed"]})
    answer.raise_for_status()
    endpoint = answer.json()["id"]
    ids = [uuid.uuid4() for _ in range(count)]
    given = {"account": customer.account_id, "endpoint": endpoint, "ids": ids, "body": BODY}
    with connect(local.var) as database:
        database.execute(EVENTS, given)
        database.execute(DELIVERIES, given)
        local.start("worker")
        try:
            while (found := database.execute(SETTLED, (ids,)).fetchone())[0] < count:
                time.sleep(0.2)
        finally:
            local.kill("worker", 15)
    return count / float(found[1])


def _celery(local: LocalStack, url: str, count: int) -> float:
    secret = new_secret()
    return celery_worker.rate(
        local, count, lambda tasks, n: tasks.deliver.delay(url, f"msg_{n}", BODY, secret), concurrency=8
    )


def _bare(local: LocalStack, url: str, count: int) -> float:
    with connect(local.var) as database:
        database.execute(BARE)
        database.execute(
            "INSERT INTO bench_delivery SELECT gen_random_uuid(), %s, 'pending' FROM generate_series(1, %s)",
            (BODY, count),
        )
    began = time.perf_counter()
    asyncio.run(_loop(embedded.database_url(local.var), url))
    return count / (time.perf_counter() - began)


async def _loop(database_url: str, url: str, lines: int = 8) -> None:
    """`lines` claimers on one event loop: claim a batch, post it, mark it done."""
    secret = new_secret()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=400)) as http:

        async def post(message_id: str, body: str) -> None:
            sent = signature_headers(message_id, int(time.time()), body.encode(), [secret])
            async with http.post(url, data=body.encode(), headers=sent) as answer:
                await answer.read()

        async def line() -> None:
            async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as database:
                while rows := await (await database.execute(CLAIM)).fetchall():
                    await asyncio.gather(*(post(str(row[0]), row[1]) for row in rows))
                    done = "UPDATE bench_delivery SET state = 'done' WHERE id = ANY(%s)"
                    await database.execute(done, ([row[0] for row in rows],))

        await asyncio.gather(*(line() for _ in range(lines)))
