"""The columns that calls can be chosen by: their names, kinds and operators."""

from dataclasses import dataclass
from enum import StrEnum

from calls.end_codes import EndCode
from calls.models import Call
from calls.selecting import values
from calls.selecting.values import Read


class Operator(StrEnum):
    """What a column can be asked. `contains` takes no heed of case, all others do."""

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


@dataclass(frozen=True)
class Column:
    """A column: its name in the language, its field in the database, how its values are read.

    `blank`: the field holds "" where it has nothing, rather than NULL.
    """

    name: str
    field: str
    read: Read
    operators: tuple[Operator, ...]
    blank: bool = False


def _text(name: str, field: str = "", read: Read = values.text) -> Column:
    return Column(name, field or name, read, TEXTUAL, blank=True)


def _number(name: str, read: Read = values.number) -> Column:
    return Column(name, name, read, NUMERIC)


def _time(name: str) -> Column:
    return Column(name, name, values.instant, (*ORDERED, Operator.IS_NULL))


def _uuid(name: str) -> Column:
    operators = EXACT if name == "id" else (*EXACT, Operator.IS_NULL)
    return Column(name, name, values.uuid, operators)


def _choice(name: str, allowed: list[str], *, blank: bool = False) -> Column:
    operators = (*EXACT, Operator.IS_NULL) if blank else EXACT
    return Column(name, name, values.one_of(allowed), operators, blank=blank)


TRANSCRIPT = Column("transcript", "transcript", values.text, (Operator.CONTAINS, Operator.IS_NULL))

COLUMNS = {
    column.name: column
    for column in (
        _uuid("id"),
        _choice("channel", Call.Channel.values),
        _choice("status", Call.Status.values),
        *map(_time, ("created_at", "updated_at", "scheduled_at", "started_at", "ended_at")),
        _text("disconnect_reason"),
        _choice("end_code", EndCode.values, blank=True),
        _text("ended_by"),
        _text("provider"),
        _text("provider_call_id"),
        _choice("provider_state", Call.ProviderState.values),
        _text("provider_status"),
        _text("host_user_id"),
        _text("title"),
        _text("from", "from_number", values.phone),
        _text("to", "to_number", values.phone),
        _text("direction"),
        Column("is_test", "is_test", values.boolean, (Operator.EQ, Operator.NEQ)),
        _text("workspace"),
        *map(_uuid, ("ai_agent_id", "campaign_id", "contact_id")),
        _number("duration", values.whole),
        _number("rating", values.whole),
        _number("cost"),
        _number("latency"),
        _text("price_unit"),
        _text("sentiment"),
        _text("feedback"),
        _text("notes"),
        _text("recording_url"),
        TRANSCRIPT,
        Column("language", "transcript__language", values.text, (*EXACT, Operator.STARTS_WITH)),
    )
}
