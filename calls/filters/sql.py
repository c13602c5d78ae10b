"""What the ORM cannot express: a query over a limited subquery, statement bounds, a loose index scan.

docs/queries.md has the measurements that they rest on.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from django.db.models.sql.datastructures import BaseTable
from psycopg.errors import QueryCanceled

from calls.filters.exceptions import FilterTooBroad

STATEMENT_TIMEOUT = timedelta(seconds=3)
SET_BOUNDS = "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)"
# Loose index scan: one index lookup per distinct value, for the least value greater than the one before.
DISTINCT_VALUES = """
WITH RECURSIVE distinct_value(value) AS (
    (SELECT {column} FROM calls_call WHERE account_id = %(account)s AND {column} <> ''
     ORDER BY {column} COLLATE "C" LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM calls_call WHERE account_id = %(account)s AND {column} <> ''
            AND {column} COLLATE "C" > distinct_value.value ORDER BY {column} COLLATE "C" LIMIT 1)
    FROM distinct_value WHERE distinct_value.value IS NOT NULL
)
SELECT value FROM distinct_value WHERE value IS NOT NULL LIMIT %(most)s
"""
_PLACES = ", ".join(f"metadata_{place}" for place in range(1, 6))
_VALUES = ", ".join(f"calls_metadata_value(metadata, (%(names)s::text[])[{place}])" for place in range(1, 6))
COPY_METADATA = f"""
UPDATE calls_call SET ({_PLACES}) = ROW({_VALUES})
WHERE id = ANY(%(ids)s::uuid[]) AND ({_PLACES}) IS DISTINCT FROM ({_VALUES})
"""  # noqa: S608 - names of our own
M = TypeVar("M", bound=Model)


@contextmanager
def bounded() -> Iterator[None]:
    """Statements take at most STATEMENT_TIMEOUT (else FilterTooBroad) and do not scan the whole table."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SET_BOUNDS, [str(STATEMENT_TIMEOUT // timedelta(milliseconds=1))])
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise FilterTooBroad from error
        raise


def distinct_values(field: str, account_id: UUID, most: int) -> list[str] | None:
    """The distinct non-empty values of an indexed text field; None if there are more than `most`."""
    with connection.cursor() as cursor:
        statement = DISTINCT_VALUES.format(column=field)
        cursor.execute(statement, {"account": account_id, "most": most + 1})
        found = [value for (value,) in cursor.fetchall()]
    return None if len(found) > most else found


def limited_to(rows: QuerySet[M], calls: QuerySet[M]) -> QuerySet[M]:
    """`calls` with `rows` as its FROM clause: PostgreSQL reads no row beyond those.

    Relies on Django internals (Query.alias_map, BaseTable.as_sql), which a test pins.
    """
    found = calls.all()
    table = found.query.get_initial_alias()
    found.query.alias_map[table] = SubqueryTable(table, table, rows)
    return found


def copy_metadata(ids: Sequence[UUID], names: Sequence[str]) -> int:
    """Set metadata_1 to 5 of these calls to the values of the names; returns how many calls changed."""
    with connection.cursor() as cursor:
        cursor.execute(COPY_METADATA, {"ids": list(ids), "names": list(names)})
        return int(cursor.rowcount)


class SubqueryTable(BaseTable):
    """A query in the FROM clause, under the name of its table."""

    def __init__(self, table_name: str, alias: str | None, rows: "QuerySet[Any] | None" = None) -> None:
        super().__init__(table_name, alias)
        self.rows = rows

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - Django's own
        assert self.rows is not None  # noqa: S101 - a relabelled clone is never compiled
        sql, params = self.rows.query.get_compiler(connection=connection).as_sql()
        return f"({sql}) {connection.ops.quote_name(self.table_name)}", tuple(params)
