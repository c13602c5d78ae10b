"""What an answer to a write shows of a call to a principal that may not read."""

import copy
from collections.abc import Collection
from typing import TypeVar

from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from calls.models import Call

M = TypeVar("M", bound=Model)

# The call's identity and state, which every answer to a write has.
STATE = frozenset(
    ("id", "account_id", "channel", "status", "call_status", "created_at", "updated_at")
    + ("scheduled_at", "ringing_at", "answered_at", "started_at", "ended_at", "end_requested_at")
)


def state_of(call: Call, *also: str) -> Call:
    """A copy, not to be saved, whose fields are empty except for the state and those in `also`."""
    return blank_copy(call, STATE.union(also))


def blank_copy(row: M, kept: Collection[str]) -> M:
    """A copy, not to be saved, whose fields are empty except for those that are kept."""
    shown = copy.copy(row)
    for field in type(row)._meta.concrete_fields:
        if field.attname not in kept:
            setattr(shown, field.attname, _empty(field))
    return shown


def _empty(field: "Field[object, object]") -> object:
    value = field.get_default()
    return None if isinstance(value, DatabaseDefault) else value
