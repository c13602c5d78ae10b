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

from calls.models.call import Call
from calls.selecting.conditions import Condition
from calls.selecting.errors import BadSelection
from calls.selecting.values import BadValue, text
from calls.selecting.words import found_by

MOST_CONDITIONS = 20
SEARCH = "search"
PARAMETER = re.compile(r"([a-z_]+)(?:\[([a-z_]+)\])?")


@dataclass(frozen=True)
class Selection:
    """Conditions that must all hold, and words to search for. Empty: every call of the account."""

    conditions: tuple[Condition, ...] = ()
    search: str = ""

    def __bool__(self) -> bool:
        return bool(self.conditions or self.search)

    @classmethod
    def from_json(cls, given: Any) -> Self:  # noqa: ANN401 - it is checked here
        """The selection that this JSON object means; BadSelection names what is wrong."""
        if not isinstance(given, Mapping):
            raise BadSelection("filter", "Give an object of filters.")
        return cls._of(
            [
                (name, operator, inner, name)
                for name, value in given.items()
                if name != SEARCH
                for operator, inner in _operators(name, value)
            ],
            given.get(SEARCH, ""),
        )

    @classmethod
    def from_query(cls, query: QueryDict, besides: Iterable[str] = ()) -> Self:
        """The selection of a query string; parameters named in `besides` are somebody else's."""
        found = [
            _parameter(name, [str(value) for value in sent])
            for name, sent in query.lists()
            if name not in (SEARCH, *besides)
        ]
        return cls._of(found, query.get(SEARCH, ""))

    @classmethod
    def _of(cls, found: list[tuple[str, str, Any, str]], search: Any) -> Self:  # noqa: ANN401
        if len(found) > MOST_CONDITIONS:
            raise BadSelection("filter", f"Give at most {MOST_CONDITIONS} conditions.")
        try:
            words = text(search).strip()
        except BadValue as error:
            raise BadSelection(SEARCH, str(error)) from error
        return cls(tuple(Condition.of(*condition) for condition in found), words)

    @property
    def is_everything(self) -> bool:
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
        return calls.filter(found_by(self.search, account_id)) if self.search else calls


def _operators(name: str, value: Any) -> list[tuple[str, Any]]:  # noqa: ANN401
    if isinstance(value, Mapping):
        if not value:  # it would mean every call, where somebody meant some
            raise BadSelection(name[:60], "Give a value, or an object of operators.")
        return list(value.items())
    if isinstance(value, list):
        return [("in", value)]
    return [("is_null", True)] if value is None else [("eq", value)]


def _parameter(name: str, sent: list[str]) -> tuple[str, str, Any, str]:
    """`status=live`, `status=live&status=ended`, `duration[gte]=60`, `end_code[in]=busy,failed`."""
    matched = PARAMETER.fullmatch(name)
    if matched is None:
        raise BadSelection(name[:60], "There is no such filter.")
    column, operator = matched[1], matched[2] or ("in" if len(sent) > 1 else "eq")
    if operator != "in" and len(sent) > 1:
        raise BadSelection(name, "Give this once.")
    return column, operator, sent if len(sent) > 1 else sent[0], name
