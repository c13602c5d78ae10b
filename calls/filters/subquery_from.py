"""A query over a window: over so many rows of another query, and no more."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.sql.datastructures import BaseTable

M = TypeVar("M", bound=Model)


class SubqueryTable(BaseTable):
    """The rows of a query, standing in the FROM clause where their table would."""

    def __init__(self, table_name: str, alias: str | None, rows: "QuerySet[Any] | None" = None) -> None:
        super().__init__(table_name, alias)
        self.rows = rows

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - Django's own
        assert self.rows is not None  # noqa: S101 - a relabelled clone is never compiled
        sql, params = self.rows.query.get_compiler(connection=connection).as_sql()
        return f"({sql}) {connection.ops.quote_name(self.table_name)}", tuple(params)


def limited_to(rows: QuerySet[M], calls: QuerySet[M]) -> QuerySet[M]:
    """`calls`, looked for among `rows` only. PostgreSQL stops at the last of `rows`, wherever that is."""
    found = calls.all()
    table = found.query.get_initial_alias()
    found.query.alias_map[table] = SubqueryTable(table, table, rows)
    return found
