"""Columns of few different values: which of them contain a text, read out of their index, value by value."""

from dataclasses import replace
from uuid import UUID

from django.db import connection

from calls.filters.conditions import Condition
from calls.filters.fields import Column, Operator
from calls.filters.filterset import CallFilter

MAX_DISTINCT_VALUES = 1000
# Each value is found by one look into the index: the least that is greater than the one before.
DISTINCT_VALUES = """
WITH RECURSIVE known(word) AS (
    (SELECT {column} FROM calls_call WHERE account_id = %(account)s AND {column} <> ''
     ORDER BY {column} COLLATE "C" LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM calls_call WHERE account_id = %(account)s AND {column} <> ''
            AND {column} COLLATE "C" > known.word ORDER BY {column} COLLATE "C" LIMIT 1)
    FROM known WHERE known.word IS NOT NULL
)
SELECT word FROM known WHERE word IS NOT NULL LIMIT %(most)s
"""


def expand_contains(selection: CallFilter, account_id: UUID) -> CallFilter:
    """The selection with each `contains` that an index of few values can answer replaced by those values."""
    conditions = tuple(_expand(condition, account_id) for condition in selection.conditions)
    return replace(selection, conditions=conditions)


def _expand(condition: Condition, account_id: UUID) -> Condition:
    column, part = condition.column, str(condition.value)
    if condition.operator != Operator.CONTAINS or not column.bytewise or not part:
        return condition
    known = _distinct_values(column, account_id)
    if known is None:
        return condition
    found = [value for value in known if part.upper() in value.upper()]
    if len(found) == 1:
        return Condition(column, Operator.EQ, found[0])
    return Condition(column, Operator.IN, found)


def _distinct_values(column: Column, account_id: UUID) -> list[str] | None:
    """The column's values in this account; None if they are more than MOST_VALUES."""
    with connection.cursor() as cursor:
        cursor.execute(
            DISTINCT_VALUES.format(column=column.field),
            {"account": account_id, "most": MAX_DISTINCT_VALUES + 1},
        )
        found = [word for (word,) in cursor.fetchall()]
    return None if len(found) > MAX_DISTINCT_VALUES else found
