"""A request for one page of calls, and the parts of its query."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from calls.filters.conditions import Condition
from calls.filters.fields import CREATED_AT, LANGUAGE, TRANSCRIPT, IndexKind, Operator
from calls.filters.filterset import CallFilter
from calls.filters.full_text import matches_row
from calls.filters.indexes import IndexPath
from calls.filters.ordering import NEWEST_FIRST, Order
from calls.models.call import Call


@dataclass(frozen=True)
class PageRequest:
    """`limit` calls that match `filters`, from `offset` on.

    `after`: (created_at, id) of the last call before the page; only with an order by creation.
    """

    account_id: UUID
    filters: CallFilter
    order: Order = NEWEST_FIRST
    offset: int = 0
    limit: int = 50
    after: tuple[datetime, UUID] | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.filters.conditions

    @property
    def search(self) -> str:
        return self.filters.search

    @property
    def reads_transcripts(self) -> bool:
        """Whether the transcript of each candidate has to be read."""
        columns = (TRANSCRIPT, LANGUAGE)
        return self.order.column in columns or any(c.column in columns for c in self.conditions)

    @property
    def selects_by_id(self) -> bool:
        """Whether calls are selected by their id, ours or the provider's."""
        exact = (Operator.EQ, Operator.IN)
        return any(c.column.index == IndexKind.BY_ID and c.operator in exact for c in self.conditions)

    def scan(self, path: IndexPath) -> QuerySet[Call]:
        """The calls of the account that this index returns."""
        calls = Call.objects.filter(path.q, account_id=self.account_id)
        return calls.filter(self._after_cursor) if path.order is CREATED_AT else calls

    def is_covered_by(self, path: IndexPath) -> bool:
        """Whether the index settles the whole filter."""
        return not self._uncovered(path) and not self.search

    def remaining_filter(self, path: IndexPath) -> QuerySet[Call]:
        """Calls that match what the index does not settle."""
        calls = Call.objects.filter(self._after_cursor)
        for condition in self._uncovered(path):
            calls = calls.filter(condition.q())
        if self.search and not path.searched:
            calls = calls.filter(matches_row(self.search, self.account_id))
        return calls

    def _uncovered(self, path: IndexPath) -> list[Condition]:
        return [condition for condition in self.conditions if condition not in path.covers]

    @property
    def _after_cursor(self) -> Q:
        if self.after is None:
            return Q()
        comparison = TupleLessThan if self.order.descending else TupleGreaterThan
        return Q(comparison(Tuple(F("created_at"), F("id")), self.after))
