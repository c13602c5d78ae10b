"""Hot statements, prepared on the server: parsed and planned once per connection, in Django's transaction.

Django binds parameters on the client, so PostgreSQL parses and plans every statement anew; for the few
statements of the busiest path that is most of their cost (docs/performance.md).
"""

import threading
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.datetime import TimestamptzLoader

# A plan that was made for a table of ten rows is a bad one for a million, and is kept until ANALYZE has
# been there. So plans are dropped at this pace (s), and made again for the table as it is by then.
PLAN_TTL = 10.0


class _Plans(threading.local):
    """Of this thread's connection."""

    made = 0.0


_plans = _Plans()


def execute_prepared(statement: str, parameters: Mapping[str, Any]) -> "psycopg.Cursor[tuple[Any, ...]]":
    """Run a statement on Django's connection; errors are django.db's. Casts make the types clear."""
    connection.ensure_connection()
    if connection.queries_logged:  # tests that count queries count these too
        connection.queries_log.append({"sql": statement, "time": "0"})
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        # Django reads times in Python, to put the zone in place; ours is UTC, which C does 10 × as fast.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        if time.monotonic() - _plans.made > PLAN_TTL:
            cursor.execute("DISCARD PLANS", prepare=False)
            _plans.made = time.monotonic()
        arrays = tuple(name for name, value in parameters.items() if isinstance(value, list))
        return cursor.execute(_with_binary(statement, arrays), parameters, prepare=True)


@cache
def _with_binary(statement: str, arrays: tuple[str, ...]) -> str:
    """Arrays are sent as bytes: as text each element is escaped by a regular expression, which takes 170 µs
    for a webhook's body and was a quarter of a worker's time."""
    for name in arrays:
        statement = statement.replace(f"%({name})s", f"%({name})b")
    return statement
