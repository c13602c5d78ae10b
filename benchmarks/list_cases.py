"""The queries of the list benchmark: every documented filter, operator, sort and page depth.

Each query is run with the values of random calls, so that all of the year is covered evenly and no two
requests are equal.
"""

import base64
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import django
import psycopg
from psycopg.rows import dict_row

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")
django.setup()

from calls.api.telephony.filters import FIELD_NAMES, SORTABLE  # noqa: E402
from calls.filters.fields import COLUMNS, Column  # noqa: E402 - these want Django set up

Row = dict[str, Any]
Query = dict[str, Any]
QueryOf = Callable[[Row], Query]

RANDOM_CALLS = """
SELECT c.*, t.turns -> 1 ->> 'text' AS transcript, t.language FROM generate_series(1, %(rows)s) AS n,
LATERAL (SELECT now() - interval '360 days' * random() * (n + 1) / (n + 1) AS at) AS drawn,
LATERAL (SELECT * FROM calls_call c WHERE c.account_id = %(account)s::uuid AND c.created_at >= drawn.at
    AND (c.channel = 'video') = %(video)s ORDER BY created_at LIMIT 1) AS c
LEFT JOIN calls_transcript t ON t.call_id = c.id
"""


@dataclass(frozen=True)
class Case:
    """One query, with a URL for each run."""

    list: str
    kind: str
    name: str
    urls: tuple[str, ...]


def random_calls(database: psycopg.Connection, account_id: str, rows: int, *, video: bool) -> list[Row]:
    """So many random calls of the account, evenly over the year."""
    with database.cursor(row_factory=dict_row) as cursor:
        cursor.execute(RANDOM_CALLS, {"account": account_id, "rows": rows, "video": video})
        return cursor.fetchall()


def day(at: datetime | None, days: int = 0) -> str:
    return ((at or datetime.now(UTC)).astimezone(UTC) + timedelta(days=days)).date().isoformat()


def cursor(row: Row) -> str:
    text = f"{row['created_at'].astimezone(UTC).isoformat()}|{row['id']}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _range(field: str, days: int) -> QueryOf:
    column = f"{field}_at"
    return lambda row: {f"{field}_after": day(row[column]), f"{field}_before": day(row[column], days)}


LIVE: dict[str, QueryOf] = {
    "all": lambda row: {},
    "cursor, anywhere": lambda row: {"cursor": cursor(row), "limit": 200},
    "host": lambda row: {"host_user_id": row["host_user_id"]},
    "host that has none": lambda row: {"host_user_id": f"nobody-{row['id']}"},
    **{
        f"status {word}": lambda row, word=word: {"status": word}  # type: ignore[misc]
        for word in ("scheduled", "live", "ended", "errored")
    },
    "status and host": lambda row: {"status": "ended", "host_user_id": row["host_user_id"]},
    **{f"{field}, one day": _range(field, 1) for field in ("scheduled", "started", "ended")},
    **{f"{field}, 90 days": _range(field, 90) for field in ("scheduled", "started", "ended")},
    **{
        f"{field} since a day": lambda row, field=field: {f"{field}_after": day(row[f"{field}_at"])}  # type: ignore[misc]
        for field in ("scheduled", "started", "ended")
    },
    **{
        f"{field} before a day": lambda row, field=field: {f"{field}_before": day(row[f"{field}_at"])}  # type: ignore[misc]
        for field in ("scheduled", "started", "ended")
    },
    "scheduled in future": lambda row: {"scheduled_after": day(None, 7)},
    "host and a day": lambda row: {"host_user_id": row["host_user_id"]} | _range("started", 1)(row),
    "status and a day": lambda row: {"status": "ended"} | _range("ended", 1)(row),
    "all at once": lambda row: (
        {"host_user_id": row["host_user_id"], "status": "ended"}
        | _range("scheduled", 30)(row)
        | _range("started", 30)(row)
        | _range("ended", 30)(row)
    ),
}


def _days(days: int) -> QueryOf:
    return lambda row: {"start_date": day(row["started_at"]), "end_date": day(row["started_at"], days - 1)}


BASIC: dict[str, QueryOf] = {
    "all": lambda row: {},
    "page 99 of 100": lambda row: {"page": 99, "per_page": 100},
    "campaign": lambda row: {"campaign_id": row["campaign_id"]},
    "agent": lambda row: {"ai_agent_id": row["ai_agent_id"]},
    "campaign and agent": lambda row: {"campaign_id": row["campaign_id"], "ai_agent_id": row["ai_agent_id"]},
    "campaign, page 99 of 100": lambda row: {
        "campaign_id": row["campaign_id"],
        "page": 99,
        "per_page": 100,
    },
    **{
        f"status {word}": lambda row, word=word: {"status": word}  # type: ignore[misc]
        for word in ("completed", "BUSY", "in-progress", "queued", "no-answer", "cancel", "o", "unheard of")
    },
    "search, a common word": lambda row: {"search": random.choice(("refund", "router", "invoice"))},
    "search, a rare word": lambda row: {"search": f"reference {UUID(int=row['id'].int).hex[-8:-4]}"},
    "search, an order": lambda row: {"search": f"order {row['metadata']['order'] // 10 * 10}"},
    "search, a number": lambda row: {"search": row["to_number"]},
    "search, part of a number": lambda row: {"search": row["to_number"][4:10]},
    "search, three digits": lambda row: {"search": row["to_number"][4:7]},
    "search and campaign": lambda row: {"search": "refund", "campaign_id": row["campaign_id"]},
    "search and a day": lambda row: {"search": "refund"} | _days(1)(row),
    "one day": _days(1),
    "a month": _days(30),
    "since a day": lambda row: {"start_date": day(row["started_at"])},
    "until a day": lambda row: {"end_date": day(row["started_at"])},
    "ten years ago": lambda row: {"end_date": "2016-01-01"},
    "reason, common": lambda row: {"disconnect_reason": "customer requested"},
    "reason, part of a rare one": lambda row: {"disconnect_reason": f"agent {row['id'].int % 977} "},
    "reason, unheard of": lambda row: {"disconnect_reason": f"never {row['id']}"},
    **{
        f"end code {code}": lambda row, code=code: {"end_code": code}  # type: ignore[misc]
        for code in ("ended_by_api", "busy", "no_answer", "failed", "emergency_stop")
    },
    "end code and a day": lambda row: {"end_code": "busy"} | _days(1)(row),
    "end code and campaign": lambda row: {"end_code": "busy", "campaign_id": row["campaign_id"]},
    "reason and agent": lambda row: {"disconnect_reason": "limit", "ai_agent_id": row["ai_agent_id"]},
    "channel phone": lambda row: {"channel": "phone"},
    "channel video": lambda row: {"channel": "video"},
    "all at once": lambda row: (
        {"campaign_id": row["campaign_id"], "ai_agent_id": row["ai_agent_id"], "status": "completed"}
        | {"end_code": "ended_by_api", "disconnect_reason": "ended", "search": "refund", "channel": "phone"}
        | _days(90)(row)
    ),
}


def cases(calls: list[Row], rooms: list[Row]) -> Iterator[Case]:
    """All queries, with the values of these phone and these video calls."""
    yield from _named("/v1/live/calls", "filters", LIVE, rooms)
    yield from _named("/calls/query", "filters", BASIC, calls)
    for name, ours in FIELD_NAMES.items():
        column = COLUMNS[ours]
        for operator in column.operators:
            query_of = _column(name, column, operator)
            yield from _named("/calls/query", "columns", {f"{name} {operator}": query_of}, calls)
    for name in SORTABLE:
        for way in ("desc", "asc"):
            yield from _named("/calls/query", "sorts", _sorted(name, way), calls)
    for name, column in COLUMNS.items():
        for operator in column.operators:
            query_of = _filter(name, column, operator)
            yield from _named("/v1/calls", "filters", {f"{name}[{operator}]": query_of}, calls)
    pages: dict[str, QueryOf] = {
        "cursor, anywhere": lambda row: {"cursor": cursor(row)},
        "cursor, oldest first": lambda row: {"cursor": cursor(row), "order": "asc"},
    }
    yield from _named("/v1/calls", "pages", pages, calls)


def _named(path: str, kind: str, queries: dict[str, QueryOf], rows: list[Row]) -> Iterator[Case]:
    for name, query_of in queries.items():
        yield Case(path, kind, name, tuple(f"{path}?{urlencode(query_of(row))}" for row in rows))


def _sorted(name: str, way: str) -> dict[str, QueryOf]:
    by = {"sort_column": name, "order": way}
    return {
        f"{name} {way}": lambda row: by,
        f"{name} {way}, page 19 of 50": lambda row: by | {"page": 19, "per_page": 50},
        f"{name} {way}, of a campaign": lambda row: by | {"campaign_id": row["campaign_id"]},
        f"{name} {way}, of a day": lambda row: by | _days(1)(row),
    }


def _column(name: str, column: Column, operator: str) -> QueryOf:
    return lambda row: {
        "filter_columns[]": name,
        "filter_operator[]": operator,
        "filter_values[]": _value(row, column, operator),
    }


def _filter(name: str, column: Column, operator: str) -> QueryOf:
    return lambda row: {f"{name}[{operator}]": _value(row, column, operator)}


def _value(row: Row, column: Column, operator: str) -> str:
    """The value of this call's column, or an example where it is empty."""
    if operator == "is_null":
        return str(row["id"].int % 2 == 0).lower()
    value = row["language" if column.name == "language" else column.field]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    text = str(value) if value not in (None, "") else EXAMPLES.get(column.name, "word")
    return text[len(text) // 3 :][:8] if operator == "contains" else text


EXAMPLES = {
    "end_code": "busy",
    "rating": "3",
    "duration": "60",
    "cost": "0.0085",
    "latency": "0.9",
    "contact_id": str(UUID(int=1)),
    "scheduled_at": "2026-06-01",
    "started_at": "2026-06-01",
    "ended_at": "2026-06-01",
    "transcript": "nobody called back",
    "language": "en",
}
