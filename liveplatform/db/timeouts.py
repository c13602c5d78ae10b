"""Time limits: of the current transaction, and of a check whether the database responds."""

import psycopg
from django.db import connection


def limit_statements(milliseconds: int) -> None:
    """Cancel each statement of the current transaction that takes longer; raises OperationalError then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])


def ping(seconds: int) -> None:
    """Run a statement on a new connection, as one that is open to a frozen server would hang.

    Raises psycopg.Error if the database does not respond in time.
    """
    params = connection.get_connection_params() | {"connect_timeout": seconds}
    with psycopg.connect(**params) as fresh:
        fresh.execute(f"SET LOCAL statement_timeout = {seconds * 1000}")
        fresh.execute("SELECT 1")
