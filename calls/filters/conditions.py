"""One condition on a call: a column, an operator and a value, checked; and what it means in SQL."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.fields.json import JSONField
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, IContains, In, StartsWith

from calls.filters.exceptions import InvalidFilter
from calls.filters.fields import CALL_STATUS, COLUMNS, STATUS, TRANSCRIPT, Column, Operator
from calls.filters.values import InvalidValue, boolean
from calls.models import call_status
from calls.models.call import Call

MAX_VALUES = 100
MAX_IDS = 10_000


@dataclass(frozen=True)
class Condition:
    """A checked condition. `value` stays as it was written, so that an age is taken at each asking."""

    column: Column
    operator: Operator
    value: Any

    @classmethod
    def parse(cls, name: str, operator: str, value: Any, label: str = "") -> "Condition":  # noqa: ANN401
        """The condition, or BadSelection that names it (by `label` where the caller has another name)."""
        label = (label or name)[:60]
        column = COLUMNS.get(name)
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
        """The value as the database compares it; BadValue if it is none."""
        if self.operator == Operator.IS_NULL:
            return boolean(self.value)
        if self.operator == Operator.IN:
            return [self.column.parse(value) for value in self.as_list]
        return self.column.parse(self.value)

    @property
    def as_list(self) -> Any:  # noqa: ANN401 - hopefully a list
        """The values of an `in`: a list, or a text with commas."""
        return self.value.split(",") if isinstance(self.value, str) else self.value

    @property
    def excludes_null(self) -> bool:
        """Whether no call meets it that holds nothing in the column."""
        value = self.read()
        if self.operator in (Operator.NEQ, Operator.IS_NULL):
            return self.operator == Operator.IS_NULL and not value
        return "" not in (value if isinstance(value, list) else [value])

    @property
    def only_null(self) -> bool:
        """Whether only calls meet it that hold nothing in the column."""
        if self.operator == Operator.IS_NULL:
            return bool(self.read())
        return self.operator == Operator.EQ and self.column.blank and self.read() == ""

    def q(self) -> Q:
        """What it means for a queryset of calls, at this moment."""
        value = self.read()
        if self.operator == Operator.IS_NULL:
            return self.column.is_empty if value else ~self.column.is_empty
        if self.column is TRANSCRIPT:
            return Q(_transcript_contains(value))
        if self.column is CALL_STATUS and self.operator in SUBSTRING_TESTS:
            words = [
                word
                for word in call_status.TWILIO_STATUSES
                if SUBSTRING_TESTS[self.operator](word, value.lower())
            ]
            return Q(call_status__in=words)
        return LOOKUPS[self.operator](self.column, value) & _index_hint(self, value)


def _check_length(column: Column, given: Any) -> None:  # noqa: ANN401
    most = MAX_IDS if column.name == "id" else MAX_VALUES
    if not isinstance(given, list | tuple) or not 1 <= len(given) <= most:
        raise InvalidValue(f"Give a list of 1 to {most:,} values.")


def _lookup(lookup: str) -> Callable[[Column, Any], Q]:
    return lambda column, value: Q(**{f"{column.field}__{lookup}": value})


LOOKUPS: dict[Operator, Callable[[Column, Any], Q]] = {
    Operator.EQ: lambda column, value: Q(Exact(column.expression, value)),
    Operator.NEQ: lambda column, value: ~Q(**{column.field: value}),  # what is not known is not equal
    Operator.CONTAINS: _lookup("icontains"),
    Operator.STARTS_WITH: lambda column, value: Q(StartsWith(column.expression, value)),
    Operator.GT: _lookup("gt"),
    Operator.GTE: _lookup("gte"),
    Operator.LT: _lookup("lt"),
    Operator.LTE: _lookup("lte"),
    Operator.IN: lambda column, value: Q(In(column.expression, value)),
}
SUBSTRING_TESTS: dict[Operator, Callable[[str, str], bool]] = {
    Operator.CONTAINS: lambda word, part: part in word,
    Operator.STARTS_WITH: str.startswith,
}


def _index_hint(condition: Condition, value: Any) -> Q:  # noqa: ANN401
    """What follows from the condition, said because a partial index wants to hear it."""
    column, values = condition.column, value if isinstance(value, list) else [value]
    if condition.operator not in (Operator.EQ, Operator.IN, Operator.STARTS_WITH):
        return Q()
    if column is STATUS and Call.Status.ENDED not in values:
        return Q(ended_at__isnull=True)
    return ~column.is_empty if column.index and column.blank and all(values) else Q()


def transcript_text() -> Cast:
    """What was said, as one JSON text; not the names of roles and keys around it."""
    said = Func(
        F("transcript__turns"),
        Value("$[*].text"),
        function="jsonb_path_query_array",
        output_field=JSONField(),
    )
    return Cast(said, TextField())


def _transcript_contains(words: str) -> IContains:
    return IContains(transcript_text(), json.dumps(words, ensure_ascii=False)[1:-1])
