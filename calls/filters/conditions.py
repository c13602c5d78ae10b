"""One condition on a call: a column, an operator and a value, validated and translated to SQL."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.fields.json import JSONField
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, IContains, In, StartsWith

from calls.filters.exceptions import InvalidFilter, InvalidValue
from calls.filters.fields import CALL_STATUS, COLUMNS, STATUS, TRANSCRIPT, Column, Operator
from calls.filters.metadata import metadata_column
from calls.filters.values import boolean
from calls.models.call import Call
from calls.models.call_status import TWILIO_STATUSES

MAX_VALUES = 100
MAX_IDS = 10_000


@dataclass(frozen=True)
class Condition:
    """A valid condition. `value` is kept as given, so that an age is resolved each time it is used."""

    column: Column
    operator: Operator
    value: Any

    @classmethod
    def parse(cls, name: str, operator: str, value: Any, label: str = "") -> "Condition":  # noqa: ANN401
        """The condition; raises InvalidFilter with `label` (default: the column's name) as its field."""
        label = (label or name)[:60]
        column = COLUMNS.get(name) or metadata_column(name)
        if column is None:
            raise InvalidFilter(label, "There is no such filter.")
        if operator not in column.operators:
            raise InvalidFilter(label, f"Use one of the operators {', '.join(column.operators)}.")
        condition = cls(column, Operator(operator), value)
        try:
            if operator == Operator.IN:
                _check_length(column, condition.as_list)
            condition.read()
        except InvalidValue as error:
            raise InvalidFilter(label, str(error)) from error
        return condition

    def read(self) -> Any:  # noqa: ANN401
        """The value to compare with; raises InvalidValue."""
        if self.operator == Operator.IS_NULL:
            return boolean(self.value)
        if self.operator == Operator.IN:
            return [self.column.parse(value) for value in self.as_list]
        return self.column.parse(self.value)

    @property
    def as_list(self) -> Any:  # noqa: ANN401 - `_check_length` checks that it is a list
        """The values of an `in`: a list, or a text with commas."""
        return self.value.split(",") if isinstance(self.value, str) else self.value

    @property
    def excludes_null(self) -> bool:
        """Whether no call with an empty column matches."""
        value = self.read()
        if self.operator in (Operator.NEQ, Operator.IS_NULL):
            return self.operator == Operator.IS_NULL and not value
        return "" not in (value if isinstance(value, list) else [value])

    @property
    def only_null(self) -> bool:
        """Whether only calls with an empty column match."""
        if self.operator == Operator.IS_NULL:
            return bool(self.read())
        return self.operator == Operator.EQ and self.column.blank and self.read() == ""

    def q(self) -> Q:
        """The condition for a queryset of calls, at this moment."""
        value = self.read()
        if self.operator == Operator.IS_NULL:
            return self.column.is_empty if value else ~self.column.is_empty
        if self.column is TRANSCRIPT:
            return Q(_transcript_contains(value))
        if self.column is CALL_STATUS and self.operator in SUBSTRING_TESTS:
            matches = SUBSTRING_TESTS[self.operator]
            return Q(call_status__in=[each for each in TWILIO_STATUSES if matches(each, value.lower())])
        return LOOKUPS[self.operator](self.column, value) & _index_hint(self, value)


def _check_length(column: Column, values: Any) -> None:  # noqa: ANN401
    most = MAX_IDS if column.name == "id" else MAX_VALUES
    if not isinstance(values, list | tuple) or not 1 <= len(values) <= most:
        raise InvalidValue(f"Give a list of 1 to {most:,} values.")


def _lookup(name: str) -> Callable[[Column, Any], Q]:
    return lambda column, value: Q(**{f"{column.field}__{name}": value})


LOOKUPS: dict[Operator, Callable[[Column, Any], Q]] = {
    Operator.EQ: lambda column, value: Q(Exact(column.expression, value)),
    Operator.NEQ: lambda column, value: ~Q(**{column.field: value}),  # true for an empty column
    Operator.CONTAINS: _lookup("icontains"),
    Operator.STARTS_WITH: lambda column, value: Q(StartsWith(column.expression, value)),
    Operator.GT: _lookup("gt"),
    Operator.GTE: _lookup("gte"),
    Operator.LT: _lookup("lt"),
    Operator.LTE: _lookup("lte"),
    Operator.IN: lambda column, value: Q(In(column.expression, value)),
}
SUBSTRING_TESTS: dict[Operator, Callable[[str, str], bool]] = {
    Operator.CONTAINS: lambda text, part: part in text,
    Operator.STARTS_WITH: str.startswith,
}


def _index_hint(condition: Condition, value: Any) -> Q:  # noqa: ANN401
    """A redundant condition that lets PostgreSQL use a partial index."""
    column, values = condition.column, value if isinstance(value, list) else [value]
    if condition.operator not in (Operator.EQ, Operator.IN, Operator.STARTS_WITH):
        return Q()
    if column is STATUS and Call.Status.ENDED not in values:
        return Q(ended_at__isnull=True)
    return ~column.is_empty if column.index and column.blank and all(values) else Q()


def transcript_text() -> Cast:
    """The texts of a transcript's turns as one JSON text, without roles and keys."""
    turns = Func(
        F("transcript__turns"),
        Value("$[*].text"),
        function="jsonb_path_query_array",
        output_field=JSONField(),
    )
    return Cast(turns, TextField())


def _transcript_contains(text: str) -> IContains:
    return IContains(transcript_text(), json.dumps(text, ensure_ascii=False)[1:-1])
