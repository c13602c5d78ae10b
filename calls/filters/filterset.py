"""Selection: which calls are meant, checked, as a value that can be kept and asked later.

As JSON: `{"status": "live", "end_code": ["busy", "failed"], "created_at": {"lt": "30m"}, "search": "fee"}`.
A plain value means eq, a list means in, null means is_null; an object holds operators. All conditions
must hold. In a query string: `status=live&end_code[in]=busy,failed&created_at[lt]=30m&search=fee`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict

from calls.filters.conditions import Condition
from calls.filters.exceptions import InvalidFilter
from calls.filters.full_text import matches
from calls.filters.values import InvalidValue, text
from calls.models.call import Call

MAX_CONDITIONS = 20
SEARCH = "search"
PARAMETER = re.compile(r"([a-z_]+)(?:\[([a-z_]+)\])?")


@dataclass(frozen=True)
class CallFilter:
    """Conditions that must all hold, and words to search for. Empty: every call of the account."""

    conditions: tuple[Condition, ...] = ()
    search: str = ""

    def __bool__(self) -> bool:
        return bool(self.conditions or self.search)

    @classmethod
    def from_json(cls, given: Any) -> Self:  # noqa: ANN401 - it is checked here
        """The selection that this JSON object means; BadSelection names what is wrong."""
        if not isinstance(given, Mapping):
            raise InvalidFilter("filter", "Give an object of filters.")
        return cls._of(
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
        """The selection of a query string; parameters named in `ignore` are somebody else's."""
        found = [
            _query_condition(name, [str(value) for value in sent])
            for name, sent in query.lists()
            if name not in (SEARCH, *ignore)
        ]
        return cls._of(found, query.get(SEARCH, ""))

    @classmethod
    def _of(cls, found: list[tuple[str, str, Any, str]], search: Any) -> Self:  # noqa: ANN401
        if len(found) > MAX_CONDITIONS:
            raise InvalidFilter("filter", f"Give at most {MAX_CONDITIONS} conditions.")
        try:
            words = text(search).strip()
        except InvalidValue as error:
            raise InvalidFilter(SEARCH, str(error)) from error
        return cls(tuple(Condition.parse(*condition) for condition in found), words)

    @property
    def matches_all(self) -> bool:
        """Nothing is left out."""
        return not self.conditions and not self.search

    def to_json(self) -> dict[str, Any]:
        """The object that `from_json` reads back as this selection."""
        kept: dict[str, Any] = {}
        for condition in self.conditions:
            kept.setdefault(condition.column.name, {})[condition.operator.value] = condition.value
        return kept | ({SEARCH: self.search} if self.search else {})

    def queryset(self, account_id: UUID) -> QuerySet[Call]:
        """The calls of this account that are meant, at this moment; ages are taken from now."""
        calls = Call.objects.filter(account_id=account_id)
        for condition in self.conditions:
            calls = calls.filter(condition.q())
        return calls.filter(matches(self.search, account_id)) if self.search else calls


def _json_conditions(name: str, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    if isinstance(value, Mapping):
        if not value:  # it would mean every call, where somebody meant some
            raise InvalidFilter(name[:60], "Give a value, or an object of operators.")
        return list(value.items())
    if isinstance(value, list):
        return [("in", value)]
    return [("is_null", True)] if value is None else [("eq", value)]


def _query_condition(name: str, sent: list[str]) -> tuple[str, str, Any, str]:
    """`status=live`, `status=live&status=ended`, `duration[gte]=60`, `end_code[in]=busy,failed`."""
    matched = PARAMETER.fullmatch(name)
    if matched is None:
        raise InvalidFilter(name[:60], "There is no such filter.")
    column, operator = matched[1], matched[2] or ("in" if len(sent) > 1 else "eq")
    if operator != "in" and len(sent) > 1:
        raise InvalidFilter(name, "Give this once.")
    return column, operator, sent if len(sent) > 1 else sent[0], name
