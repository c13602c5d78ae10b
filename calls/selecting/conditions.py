"""One condition on a call: a column, an operator and a value, checked; and what it means in SQL."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.fields.json import JSONField
from django.db.models.functions import Cast
from django.db.models.lookups import IContains

from calls.selecting.columns import COLUMNS, TRANSCRIPT, Column, Operator
from calls.selecting.errors import BadSelection
from calls.selecting.values import BadValue, boolean

MOST_VALUES = 100
MOST_IDS = 10_000


@dataclass(frozen=True)
class Condition:
    """A checked condition. `value` stays as it was written, so that an age is taken at each asking."""

    column: Column
    operator: Operator
    value: Any

    @classmethod
    def of(cls, name: str, operator: str, value: Any, label: str = "") -> "Condition":  # noqa: ANN401
        """The condition, or BadSelection that names it (by `label` where the caller has another name)."""
        label = (label or name)[:60]
        column = COLUMNS.get(name)
        if column is None:
            raise BadSelection(label, "There is no such filter.")
        if operator not in column.operators:
            raise BadSelection(label, f"Use one of the operators {', '.join(column.operators)}.")
        condition = cls(column, Operator(operator), value)
        try:
            condition.read()
        except BadValue as error:
            raise BadSelection(label, str(error)) from error
        return condition

    def read(self) -> Any:  # noqa: ANN401
        """The value as the database compares it; BadValue if it is none."""
        if self.operator == Operator.IS_NULL:
            return boolean(self.value)
        if self.operator == Operator.IN:
            return self._several()
        return self.column.read(self.value)

    def _several(self) -> list[Any]:
        given = self.value.split(",") if isinstance(self.value, str) else self.value
        most = MOST_IDS if self.column.name == "id" else MOST_VALUES
        if not isinstance(given, list | tuple) or not 1 <= len(given) <= most:
            raise BadValue(f"Give a list of 1 to {most:,} values.")
        return [self.column.read(value) for value in given]

    def q(self) -> Q:
        """What it means for a queryset of calls, at this moment."""
        value = self.read()
        if self.operator == Operator.IS_NULL:
            return _missing(self.column) if value else ~_missing(self.column)
        if self.column is TRANSCRIPT:
            return Q(_transcript_contains(value))
        return MEANING[self.operator](self.column.field, value)


def _lookup(name: str) -> Callable[[str, Any], Q]:
    return lambda field, value: Q(**{f"{field}__{name}": value})


MEANING: dict[Operator, Callable[[str, Any], Q]] = {
    Operator.EQ: _lookup("exact"),
    Operator.NEQ: lambda field, value: ~Q(**{field: value}),  # what is not known is not equal
    Operator.CONTAINS: _lookup("icontains"),
    Operator.STARTS_WITH: _lookup("startswith"),
    Operator.GT: _lookup("gt"),
    Operator.GTE: _lookup("gte"),
    Operator.LT: _lookup("lt"),
    Operator.LTE: _lookup("lte"),
    Operator.IN: _lookup("in"),
}


def _missing(column: Column) -> Q:
    return Q(**{column.field: ""}) if column.blank else Q(**{f"{column.field}__isnull": True})


def _transcript_contains(words: str) -> IContains:
    """Looks at what was said, not at the names of roles and keys around it."""
    said = Func(
        F("transcript__turns"),
        Value("$[*].text"),
        function="jsonb_path_query_array",
        template="%(function)s(%(expressions)s)",
        output_field=JSONField(),
    )
    as_kept = json.dumps(words, ensure_ascii=False)[1:-1]
    return IContains(Cast(said, TextField()), as_kept)
