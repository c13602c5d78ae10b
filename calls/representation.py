"""The platform's own picture of a call: what its API answers and its events carry."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import DateTimeField

from calls.models.analysis import Analysis
from calls.models.call import Call
from calls.models.step import Step

# What a call looks like: the name shown, and the field it shows; of "field?" an empty text is null.
CALL_FIELDS: dict[str, str | dict[str, str]] = {
    "id": "id",
    "channel": "channel",
    "status": "status",
    "created_at": "created_at",
    "scheduled_at": "scheduled_at",
    "started_at": "started_at",
    "ended_at": "ended_at",
    "duration": "duration",
    "disconnect_reason": "disconnect_reason?",
    "end_code": "end_code?",
    "ended_by": "ended_by?",
    "provider": {
        "name": "provider?",
        "call_id": "provider_call_id?",
        "state": "provider_state",
        "status": "provider_status?",
        "confirmed_at": "provider_confirmed_at",
        "ended_at": "provider_ended_at",
    },
    "host_user_id": "host_user_id?",
    "title": "title?",
    "from": "from_number?",
    "to": "to_number?",
    "direction": "direction?",
    "is_test": "is_test",
    "sentiment": "sentiment?",
    "recording_url": "recording_url?",
    "metadata": "metadata",
}


def represent_call(call: Call) -> dict[str, Any]:
    """A call as JSON. Times are UTC; `provider` holds what the provider said, apart from our own state."""
    return _described(call, CALL_FIELDS)


def _described(call: Call, picture: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _shown(call, field) for name, field in picture.items()}


def _shown(call: Call, field: str | Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever the field holds
    if not isinstance(field, str):
        return _described(call, field)
    return getattr(call, field[:-1]) or None if field[-1] == "?" else getattr(call, field)


def call_json_sql(row: str) -> str:
    """The same as an SQL expression over a row of calls_call: the statement that ends a call tells of it."""
    return _sql_object(row, CALL_FIELDS)


def _sql_object(row: str, picture: Mapping[str, Any]) -> str:
    pairs = (f"'{name}', {_sql_value(row, field)}" for name, field in picture.items())
    return f"json_build_object({', '.join(pairs)})"


def _sql_value(row: str, field: str | Mapping[str, str]) -> str:
    if not isinstance(field, str):
        return _sql_object(row, field)
    if field[-1] == "?":
        return f"nullif({row}.{field[:-1]}, '')"
    column = f"{row}.{field}"
    return rfc3339_sql(column) if isinstance(Call._meta.get_field(field), DateTimeField) else column


def rfc3339_sql(moment: str) -> str:
    """An SQL time as RFC 3339 in UTC."""
    return f"""to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


def represent_analysis(analysis: Analysis) -> dict[str, Any]:
    """An analysis as JSON."""
    return {
        "metrics": analysis.metrics,
        "sentiment": analysis.sentiment,
        "analyser": analysis.analyser,
        "version": analysis.version,
        "created_at": analysis.created_at,
    }


def represent_steps(steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Steps as JSON: what happened to each, in how many attempts, and what went wrong last."""
    return [
        {
            "kind": step.kind,
            "state": step.state,
            "attempts": step.attempts,
            "error": step.error or None,
            "due_at": step.due_at,
            "settled_at": step.settled_at,
        }
        for step in steps
    ]
