"""CallFilter: a validated filter of calls that can be stored as JSON and evaluated later.

As JSON: `{"status": "live", "end_code": ["busy", "failed"], "created_at": {"lt": "30m"}, "search": "fee"}`.
A plain value means eq, a list in, null is_null; an object holds operators. All conditions must hold.
In a query string: `status=live&end_code[in]=busy,failed&created_at[lt]=30m&search=fee`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from calls.filters.conditions import Condition
from calls.filters.exceptions import InvalidFilter, InvalidValue
from calls.filters.full_text import matches
from calls.filters.metadata import resolve
from calls.filters.values import text
from calls.models.call import Call

MAX_CONDITIONS = 20
SEARCH = "search"
PARAMETER = re.compile(r"([a-z_]+|metadata\.[A-Za-z0-9_-]+)(?:\[([a-z_]+)\])?", re.ASCII)


@dataclass(frozen=True)
class CallFilter:
    """Conditions that must all hold, and a full-text search. Empty: every call of the account."""

    conditions: tuple[Condition, ...] = ()
    search: str = ""

    @classmethod
    def from_json(cls, given: Any) -> Self:  # noqa: ANN401 - validated here
        """Parse a JSON object; raises InvalidFilter."""
        if not isinstance(given, Mapping):
            raise InvalidFilter("filter", "Give an object of filters.")
        return cls._build(
            [
                (name, operator, inner, name)
                for name, value in given.items()
                if name != SEARCH
                for operator, inner in _json_conditions(name, value)
            ],
            given.get(SEARCH, ""),
        )

    @classmethod
    def from_query(cls, query: QueryDict, ignore: Iterable[str] = ()) -> Self:
        """Parse a query string without the parameters in `ignore`; raises InvalidFilter."""
        found = [
            _query_condition(name, [str(value) for value in values])
            for name, values in query.lists()
            if name not in (SEARCH, *ignore)
        ]
        return cls._build(found, query.get(SEARCH, ""))

    @classmethod
    def _build(cls, conditions: list[tuple[str, str, Any, str]], search: Any) -> Self:  # noqa: ANN401
        if len(conditions) > MAX_CONDITIONS:
            raise InvalidFilter("filter", f"Give at most {MAX_CONDITIONS} conditions.")
        try:
            search = text(search).strip()
        except InvalidValue as error:
            raise InvalidFilter(SEARCH, str(error)) from error
        return cls(tuple(Condition.parse(*condition) for condition in conditions), search)

    @property
    def matches_all(self) -> bool:
        return not self.conditions and not self.search

    def to_json(self) -> dict[str, Any]:
        """The object that `from_json` parses to this filter."""
        found: dict[str, Any] = {}
        for condition in self.conditions:
            found.setdefault(condition.column.name, {})[condition.operator.value] = condition.value
        return found | ({SEARCH: self.search} if self.search else {})

    def for_account(self, account_id: UUID) -> Self:
        """The filter with the account's columns for names in the metadata. Raises InvalidFilter."""
        if all(condition.column.field for condition in self.conditions):
            return self
        return replace(self, conditions=tuple(_resolved(each, account_id) for each in self.conditions))

    def queryset(self, account_id: UUID) -> QuerySet[Call]:
        """The matching calls of this account; ages are relative to now. Raises InvalidFilter."""
        calls = Call.objects.filter(account_id=account_id)
        for condition in self.for_account(account_id).conditions:
            calls = calls.filter(condition.q())
        return calls.filter(matches(self.search, account_id)) if self.search else calls


def _resolved(condition: Condition, account_id: UUID) -> Condition:
    column = condition.column
    return condition if column.field else replace(condition, column=resolve(column, account_id))


def _json_conditions(name: str, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    """(operator, value) pairs of one key of the JSON object."""
    if isinstance(value, Mapping):
        if not value:  # it would match every call, which is not what a filter on this column intends
            raise InvalidFilter(name[:60], "Give a value, or an object of operators.")
        return list(value.items())
    if isinstance(value, list):
        return [("in", value)]
    return [("is_null", True)] if value is None else [("eq", value)]


def _query_condition(name: str, values: list[str]) -> tuple[str, str, Any, str]:
    """`status=live`, `status=live&status=ended`, `duration[gte]=60`, `end_code[in]=busy,failed`."""
    matched = PARAMETER.fullmatch(name)
    if matched is None:
        raise InvalidFilter(name[:60], "There is no such filter.")
    column, operator = matched[1], matched[2] or ("in" if len(values) > 1 else "eq")
    if operator != "in" and len(values) > 1:
        raise InvalidFilter(name, "Give this once.")
    return column, operator, values if len(values) > 1 else values[0], name
