"""The order of a list of calls. It is total, and where a column holds nothing its calls come last."""

from dataclasses import dataclass, field

from django.db.models import Case, F, OrderBy, Value, When
from django.db.models.functions import NullIf

from calls.filters.conditions import transcript_text
from calls.filters.fields import CALL_STATUS, CREATED_AT, TRANSCRIPT, Column, IndexKind


@dataclass(frozen=True)
class Order:
    """By a column, either way; calls of the same value in the order of their creation, or of their ids."""

    column: Column = CREATED_AT
    descending: bool = True
    asked: str = field(default="", compare=False)  # the column in the words of whoever asks

    @property
    def name(self) -> str:
        return self.asked or self.column.name

    @property
    def is_indexed(self) -> bool:
        return self.column.index in (IndexKind.BY_VALUE, IndexKind.BY_ORDER)

    @property
    def has_nulls(self) -> bool:
        """Whether calls may hold nothing there."""
        return self.column not in (CREATED_AT, CALL_STATUS)

    def index_ordering(self) -> list[OrderBy]:
        """As an index holds the calls that hold something there, forwards or backwards."""
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
        """The same order for any calls at all; those that hold nothing there are the newest first."""
        column = self.column
        value = transcript_text() if column is TRANSCRIPT else column.expression
        known = NullIf(value, Value("")) if column.blank else value
        first = OrderBy(known, descending=self.descending, nulls_last=True)
        gaps = [
            OrderBy(Case(When(column.is_empty, then=F(field))), descending=True)
            for field in ("created_at", "id")
            if self.has_nulls
        ]
        return [first, *gaps, *self.index_ordering()[1:]]


NEWEST_FIRST = Order()
