"""A page of a selection's calls, as it is asked for, and the parts of its query."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from calls.models.call import Call
from calls.selecting.columns import CREATED_AT, LANGUAGE, TRANSCRIPT, Index, Operator
from calls.selecting.conditions import Condition
from calls.selecting.ordering import NEWEST_FIRST, Order
from calls.selecting.paths import Path
from calls.selecting.selection import Selection
from calls.selecting.words import looked_into


@dataclass(frozen=True)
class Wanted:
    """`limit` calls of a selection from `offset` on, or (in the order of creation) after (created_at, id)."""

    account_id: UUID
    selection: Selection
    order: Order = NEWEST_FIRST
    offset: int = 0
    limit: int = 50
    after: tuple[datetime, UUID] | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return self.selection.conditions

    @property
    def search(self) -> str:
        return self.selection.search

    @property
    def takes_transcripts_apart(self) -> bool:
        """Whether that has to be done for each call that is looked at."""
        apart = (TRANSCRIPT, LANGUAGE)
        return self.order.column in apart or any(c.column in apart for c in self.conditions)

    @property
    def names_calls(self) -> bool:
        """Whether calls are asked for by an id, theirs or the provider's."""
        named = (Operator.EQ, Operator.IN)
        return any(c.column.index == Index.BY_ID and c.operator in named for c in self.conditions)

    def along(self, path: Path) -> QuerySet[Call]:
        """The calls of the account that this index is asked for."""
        calls = Call.objects.filter(path.q, account_id=self.account_id)
        return calls.filter(self._beyond) if path.order is CREATED_AT else calls

    def is_all(self, path: Path) -> bool:
        """Whether the index settles everything."""
        return not self._left(path) and not self.search

    def meeting(self, path: Path) -> QuerySet[Call]:
        """Calls that meet what the index does not settle."""
        calls = Call.objects.filter(self._beyond)
        for condition in self._left(path):
            calls = calls.filter(condition.q())
        if self.search and not path.searched:
            calls = calls.filter(looked_into(self.search, self.account_id))
        return calls

    def _left(self, path: Path) -> list[Condition]:
        return [condition for condition in self.conditions if condition not in path.answers]

    @property
    def _beyond(self) -> Q:
        """After the cursor."""
        if self.after is None:
            return Q()
        comparison = TupleLessThan if self.order.descending else TupleGreaterThan
        return Q(comparison(Tuple(F("created_at"), F("id")), self.after))
