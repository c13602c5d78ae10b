"""Time limits of the current transaction."""

from django.db import connection


def limit_statements(milliseconds: int) -> None:
    """Cancel each statement of the current transaction that takes longer; raises OperationalError then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
