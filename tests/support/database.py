"""The whole database: all of its rows, and how they are removed."""

from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

# Written by migrations, and the same for all tests.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def everything() -> bytes:
    """All rows of all tables, as bytes."""
    found = []
    with connection.cursor() as cursor:
        for table in {model._meta.db_table for model in apps.get_models() if model._meta.managed}:
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [
                bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for r in cursor for v in r
            ]
    return b"\n".join(found)


def remove_rows(_: TransactionTestCase) -> None:
    """Empty the tables that have rows: ten times as fast as Django's flush, which empties and fills them all."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - KEPT)
        filled = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in tables
        )
        cursor.execute(filled)
        if names := ", ".join(f'"{table}"' for (table,) in cursor.fetchall()):
            cursor.execute(f"TRUNCATE {names} CASCADE")
