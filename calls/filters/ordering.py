"""The order of a list of calls. It is total, and calls with an empty column come last."""

from dataclasses import dataclass, field

from django.db.models import Case, F, OrderBy, Value, When
from django.db.models.functions import NullIf

from calls.filters.conditions import transcript_text
from calls.filters.fields import CALL_STATUS, CREATED_AT, TRANSCRIPT, Column, IndexKind


@dataclass(frozen=True)
class Order:
    """By a column, in either direction; ties by creation or by id.

    `requested_name`: the column's name on the surface of the request, for its error messages.
    """

    column: Column = CREATED_AT
    descending: bool = True
    requested_name: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        return self.requested_name or self.column.name

    @property
    def is_indexed(self) -> bool:
        return self.column.index in (IndexKind.BY_VALUE, IndexKind.BY_ORDER)

    @property
    def has_nulls(self) -> bool:
        """Whether the column may be empty."""
        return self.column not in (CREATED_AT, CALL_STATUS)

    def index_ordering(self) -> list[OrderBy]:
        """The order of the column's index, forwards or backwards; right for calls with a value only."""
        column, down = self.column, self.descending
        first = OrderBy(column.expression, descending=down)
        if column.index == IndexKind.BY_VALUE:
            return [
                first,
                OrderBy(F("created_at"), descending=not down),
                OrderBy(F("id"), descending=not down),
            ]
        return [first, OrderBy(F("id"), descending=down)]

    def full_ordering(self) -> list[OrderBy]:
        """The same order for all calls; those with an empty column last, newest first."""
        column = self.column
        value = transcript_text() if column is TRANSCRIPT else column.expression
        nullable = NullIf(value, Value("")) if column.blank else value
        first = OrderBy(nullable, descending=self.descending, nulls_last=True)
        empty_last = [
            OrderBy(Case(When(column.is_empty, then=F(name))), descending=True)
            for name in ("created_at", "id")
            if self.has_nulls
        ]
        return [first, *empty_last, *self.index_ordering()[1:]]


NEWEST_FIRST = Order()
