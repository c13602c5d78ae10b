"""Prepared statements on Django's connection: parsed and planned once per connection.

Django binds parameters on the client, so PostgreSQL parses and plans each of its statements again. For the
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

# Seconds after which plans are discarded: one made for a table of ten rows is bad for a million, and
# PostgreSQL would keep it until the next ANALYZE.
PLAN_TTL = 10.0


class _Plans(threading.local):
    """When the plans of this thread's connection were discarded last (time.monotonic())."""

    made = 0.0


_plans = _Plans()


def execute_prepared(statement: str, parameters: Mapping[str, Any]) -> "psycopg.Cursor[tuple[Any, ...]]":
    """Run a prepared statement in Django's transaction; raises django.db's errors.

    Parameters are untyped, so the statement must cast them (`%(ids)s::uuid[]`). A list becomes an array.
    """
    connection.ensure_connection()
    if connection.queries_logged:  # so that tests which count queries see it
        connection.queries_log.append({"sql": statement, "time": "0"})
    with connection.wrap_database_errors:
        cursor = psycopg.Cursor(connection.connection)
        # Django converts time zones in Python; the session is in UTC, and psycopg's C loader is 10 x as fast.
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        # Through a pooler nothing is prepared (pooler.py): the statement is sent unnamed.
        keeps_plans = connection.connection.prepare_threshold is not None
        if keeps_plans and time.monotonic() - _plans.made > PLAN_TTL:
            cursor.execute("DISCARD PLANS", prepare=False)
            _plans.made = time.monotonic()
        arrays = tuple(name for name, value in parameters.items() if isinstance(value, list))
        return cursor.execute(_with_binary(statement, arrays), parameters, prepare=True)


@cache
def _with_binary(statement: str, arrays: tuple[str, ...]) -> str:
    """Send arrays in binary format. In text format a regular expression escapes each element: 170 µs
    for a webhook body, a quarter of a worker's time."""
    for name in arrays:
        statement = statement.replace(f"%({name})s", f"%({name})b")
    return statement
