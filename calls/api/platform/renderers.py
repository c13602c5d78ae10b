"""Calls as lines of CSV and of NDJSON."""

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from liveplatform.json_codec import dumps

# Column by column as the filter language names them; the fields they are read from.
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
# What a spreadsheet takes for a formula (owasp.org, CSV Injection); a plain phone number is none.
FORMULA_START = re.compile(r"[=+\-@\t\r]")
PHONE = re.compile(r"\+\d{3,20}")

Row = tuple[Any, ...]


def csv_header() -> bytes:
    """The line of names."""
    return _csv([COLUMNS])


def csv_lines(rows: Iterable[Row]) -> bytes:
    """Rows as CSV (RFC 4180): times as RFC 3339, objects as JSON, formulas made harmless by an apostrophe."""
    return _csv([_cell(value) for value in row] for row in rows)


def ndjson_lines(rows: Iterable[Row]) -> bytes:
    """Rows as JSON objects, one in a line; what a call does not have is null."""
    calls = (zip(COLUMNS, row, strict=True) for row in rows)
    return b"".join(dumps({name: None if v == "" else v for name, v in call}) + b"\n" for call in calls)


def csv_trailer(calls: int, *, whole: bool) -> bytes:
    """The last line, as wide as the others: that they are all, and how many; or that it broke off there."""
    mark = "# end" if whole else "# broken off"
    return _csv([[mark, calls, *[""] * (len(COLUMNS) - 2)]])


def ndjson_trailer(calls: int, *, whole: bool) -> bytes:
    """The same as an object, which has no id."""
    return dumps({"end": whole, "calls": calls}) + b"\n"


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:  # noqa: ANN401 - whatever a field holds
    match value:
        case str():
            risky = FORMULA_START.match(value) and not PHONE.fullmatch(value)
            return f"'{value}" if risky else value
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case bool():
            return str(value).lower()
        case dict() | list():
            return dumps(value).decode() if value else ""
        case _:
            return value
