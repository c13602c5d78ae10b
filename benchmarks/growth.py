"""Ending a call before and after the table has grown: the rate should not depend on its size."""

import json
import time

import psycopg

from benchmarks import end_call
from benchmarks.bench_calls import connect
from benchmarks.many_calls import fill
from liveplatform.dev.stack import LocalStack
from tests.support.client import Customer


def bench(local: LocalStack, customer: Customer, calls: int, rows: int) -> list[tuple[str, str, str]]:
    """Rows of (measurement, figures, comparison). Another account gets `rows` calls in between."""
    few, _ = end_call.measure(local, customer, calls, 16)
    grown = json.loads(local.manage("create_account", "grown", "--json"))["account_id"]
    began = time.perf_counter()
    with connect(local.var) as database:
        before = _count(database)
        fill(database, grown, rows)
        after = _count(database)
    took = time.perf_counter() - began
    many, _ = end_call.measure(local, customer, calls, 16)
    return [
        (f"end a call, 16 connections, {before:,} calls in the table", str(few), ""),
        (f"the same, {after:,} calls in the table", str(many), f"{many.rate / few.rate:.2f} × (aim: flat)"),
        ("  filling it", f"{took:.0f} s", ""),
    ]


def _count(database: psycopg.Connection) -> int:
    found = database.execute("SELECT count(*) FROM calls_call").fetchone()
    return int(found[0]) if found else 0
