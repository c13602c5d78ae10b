"""A page of a selection's calls, as it is asked for, and the parts of its query."""

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
    """`limit` calls of a selection from `offset` on, or (in the order of creation) after (created_at, id)."""

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
        """Whether that has to be done for each call that is looked at."""
        apart = (TRANSCRIPT, LANGUAGE)
        return self.order.column in apart or any(c.column in apart for c in self.conditions)

    @property
    def selects_by_id(self) -> bool:
        """Whether calls are asked for by an id, theirs or the provider's."""
        named = (Operator.EQ, Operator.IN)
        return any(c.column.index == IndexKind.BY_ID and c.operator in named for c in self.conditions)

    def scan(self, path: IndexPath) -> QuerySet[Call]:
        """The calls of the account that this index is asked for."""
        calls = Call.objects.filter(path.q, account_id=self.account_id)
        return calls.filter(self._beyond) if path.order is CREATED_AT else calls

    def is_covered_by(self, path: IndexPath) -> bool:
        """Whether the index settles everything."""
        return not self._left(path) and not self.search

    def remaining_filter(self, path: IndexPath) -> QuerySet[Call]:
        """Calls that meet what the index does not settle."""
        calls = Call.objects.filter(self._beyond)
        for condition in self._left(path):
            calls = calls.filter(condition.q())
        if self.search and not path.searched:
            calls = calls.filter(matches_row(self.search, self.account_id))
        return calls

    def _left(self, path: IndexPath) -> list[Condition]:
        return [condition for condition in self.conditions if condition not in path.covers]

    @property
    def _beyond(self) -> Q:
        """After the cursor."""
        if self.after is None:
            return Q()
        comparison = TupleLessThan if self.order.descending else TupleGreaterThan
        return Q(comparison(Tuple(F("created_at"), F("id")), self.after))
