"""The columns that calls are filtered by: name, type, operators, and the index of each."""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto

from django.db.models import F, Q
from django.db.models.functions import Collate

import calls.filters.values as parsers
from calls.filters.values import Parser
from calls.models.call import Call
from calls.models.end_code import EndCode


class Operator(StrEnum):
    """Only `contains` ignores case."""

    EQ = "eq"
    NEQ = "neq"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    IN = "in"
    IS_NULL = "is_null"


EXACT = (Operator.EQ, Operator.NEQ, Operator.IN)
TEXTUAL = (*EXACT, Operator.CONTAINS, Operator.STARTS_WITH, Operator.IS_NULL)
ORDERED = (Operator.GT, Operator.GTE, Operator.LT, Operator.LTE)
NUMERIC = (*EXACT, *ORDERED, Operator.IS_NULL)


class IndexKind(Enum):
    """The columns of an index after account_id (calls/models/call_indexes.py)."""

    BY_VALUE = auto()  # the value, then newest first
    BY_ORDER = auto()  # the value only
    BY_ID = auto()  # an index without account_id, on almost unique values


@dataclass(frozen=True)
class Column:
    """A filterable column: its name in the language, its database field, the parser of its values.

    `blank`: an empty field is "" instead of NULL. `bytewise`: compared and sorted with collation "C", as its
    index is.
    """

    name: str
    field: str
    parse: Parser = parsers.text
    operators: tuple[Operator, ...] = ()
    blank: bool = False
    index: IndexKind | None = None
    bytewise: bool = False

    @property
    def expression(self) -> Collate | F:
        """The column as written in its index."""
        return Collate(self.field, "C") if self.bytewise else F(self.field)

    @property
    def is_empty(self) -> Q:
        return Q(**{self.field: ""}) if self.blank else Q(**{f"{self.field}__isnull": True})


def _text(name: str, field: str = "", index: IndexKind | None = None) -> Column:
    bytewise = index == IndexKind.BY_VALUE
    return Column(name, field or name, parsers.text, TEXTUAL, blank=True, index=index, bytewise=bytewise)


def _phone(name: str) -> Column:
    field, index = f"{name}_number", IndexKind.BY_VALUE
    return Column(name, field, parsers.phone, TEXTUAL, blank=True, index=index, bytewise=True)


def _number(name: str, index: IndexKind | None = None) -> Column:
    parse = parsers.decimal if name in ("cost", "latency") else parsers.integer
    return Column(name, name, parse, NUMERIC, index=index)


def _time(name: str, index: IndexKind | None = IndexKind.BY_ORDER) -> Column:
    operators = ORDERED if name in ("created_at", "updated_at") else (*ORDERED, Operator.IS_NULL)
    return Column(name, name, parsers.timestamp, operators, index=index)


def _uuid(name: str, index: IndexKind | None = None) -> Column:
    operators = EXACT if name == "id" else (*EXACT, Operator.IS_NULL)
    return Column(name, name, parsers.uuid, operators, index=index)


def _choice(name: str, allowed: list[str], index: IndexKind | None = None, *, blank: bool = False) -> Column:
    operators = (*EXACT, Operator.IS_NULL) if blank else EXACT
    return Column(name, name, parsers.choice(allowed), operators, blank=blank, index=index)


CHANNEL = _choice("channel", Call.Channel.values)
STATUS = _choice("status", Call.Status.values)
ENDED_AT = _time("ended_at")
CREATED_AT = _time("created_at")
# It has few values, so a substring is resolved to the values that contain it.
CALL_STATUS = Column(
    "call_status",
    "call_status",
    parsers.text,
    (*EXACT, Operator.CONTAINS, Operator.STARTS_WITH),
    index=IndexKind.BY_VALUE,
)
TRANSCRIPT = Column("transcript", "transcript", parsers.text, (Operator.CONTAINS, Operator.IS_NULL))
LANGUAGE = Column("language", "transcript__language", parsers.text, (*EXACT, Operator.STARTS_WITH))

# Most selective first: of several usable indexes the first is tried first.
COLUMNS = {
    column.name: column
    for column in (
        _uuid("id", IndexKind.BY_ID),
        _text("provider_call_id", index=IndexKind.BY_ID),
        _phone("to"),
        _text("host_user_id", index=IndexKind.BY_VALUE),
        _phone("from"),
        STATUS,
        ENDED_AT,
        _text("disconnect_reason", index=IndexKind.BY_VALUE),
        _time("scheduled_at"),
        _number("rating", IndexKind.BY_ORDER),
        _uuid("contact_id", IndexKind.BY_VALUE),
        _uuid("campaign_id", IndexKind.BY_VALUE),
        _uuid("ai_agent_id", IndexKind.BY_VALUE),
        _choice("end_code", EndCode.values, IndexKind.BY_VALUE, blank=True),
        CALL_STATUS,
        _text("sentiment", index=IndexKind.BY_VALUE),
        _time("started_at"),
        _number("duration", IndexKind.BY_ORDER),
        CHANNEL,
        CREATED_AT,
        _time("updated_at", None),
        _text("ended_by"),
        _text("provider"),
        _choice("provider_state", Call.ProviderState.values),
        _text("provider_status"),
        _text("title"),
        _text("direction"),
        Column("is_test", "is_test", parsers.boolean, (Operator.EQ, Operator.NEQ)),
        _text("workspace"),
        _number("cost"),
        _number("latency"),
        _text("price_unit"),
        _text("feedback"),
        _text("notes"),
        _text("recording_url"),
        TRANSCRIPT,
        LANGUAGE,
    )
}
