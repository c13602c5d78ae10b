"""Renderers of the export: calls as lines of CSV or NDJSON."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from liveplatform.api.csv_format import CONTENT_TYPE, csv_lines
from liveplatform.json_codec import dumps

# The columns by their names in the filter language, and the model fields that they show.
COLUMNS = {
    "id": "id",
    "channel": "channel",
    "status": "status",
    "call_status": "call_status",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "scheduled_at": "scheduled_at",
    "started_at": "started_at",
    "ended_at": "ended_at",
    "duration": "duration",
    "disconnect_reason": "disconnect_reason",
    "end_code": "end_code",
    "ended_by": "ended_by",
    "provider": "provider",
    "provider_call_id": "provider_call_id",
    "provider_state": "provider_state",
    "provider_status": "provider_status",
    "host_user_id": "host_user_id",
    "title": "title",
    "from": "from_number",
    "to": "to_number",
    "direction": "direction",
    "is_test": "is_test",
    "workspace": "workspace",
    "ai_agent_id": "ai_agent_id",
    "campaign_id": "campaign_id",
    "contact_id": "contact_id",
    "rating": "rating",
    "cost": "cost",
    "price_unit": "price_unit",
    "latency": "latency",
    "sentiment": "sentiment",
    "feedback": "feedback",
    "notes": "notes",
    "recording_url": "recording_url",
    "dynamic_variables": "dynamic_variables",
    "metadata": "metadata",
}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class CallRenderer:
    """A format of the export. `trailer(calls, whole=)` is its last line."""

    content_type: str
    extension: str
    header: Callable[[], bytes]
    rows: Callable[[Iterable[Row]], bytes]
    trailer: Callable[..., bytes]


def csv_header() -> bytes:
    """The line of column names."""
    return csv_lines([COLUMNS])


def csv_rows(rows: Iterable[Row]) -> bytes:
    """Rows as CSV (RFC 4180): times as RFC 3339, objects as JSON, formulas escaped by an apostrophe."""
    return csv_lines(rows)


def csv_trailer(calls: int, *, whole: bool) -> bytes:
    """The last line, as wide as the others: whether the export is complete, and the number of calls."""
    mark = "# end" if whole else "# broken off"
    return csv_lines([[mark, calls, *[""] * (len(COLUMNS) - 2)]])


def ndjson_rows(rows: Iterable[Row]) -> bytes:
    """Rows as JSON objects, one per line; empty text is null."""
    calls = (zip(COLUMNS, row, strict=True) for row in rows)
    return b"".join(dumps({name: None if v == "" else v for name, v in call}) + b"\n" for call in calls)


def ndjson_trailer(calls: int, *, whole: bool) -> bytes:
    """The last line: an object without an id."""
    return dumps({"end": whole, "calls": calls}) + b"\n"


RENDERERS = {
    "csv": CallRenderer(CONTENT_TYPE, "csv", csv_header, csv_rows, csv_trailer),
    "ndjson": CallRenderer("application/x-ndjson", "ndjson", bytes, ndjson_rows, ndjson_trailer),
}
