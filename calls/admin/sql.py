"""The SQL of the admin's call list: the newest matching calls of many accounts, by index.

Every index of calls begins with the account. A condition without it would read the whole table, so each
account is asked for itself, up to a limit.
"""

from collections.abc import Collection
from uuid import UUID

from liveplatform.db.prepared import execute_prepared

MAX_FOUND = 1_000

# Condition and order per search; an index of calls/models/call_indexes.py or of Call serves each.
NEWEST = "c.created_at DESC, c.id DESC"
CONDITIONS = {
    "open": ("c.ended_at IS NULL", NEWEST),
    "end_requested": ("c.ended_at IS NULL AND c.end_requested_at IS NOT NULL", NEWEST),
    "end_code": ("c.end_code = %(value)s::text AND c.end_code <> ''", NEWEST),
    "sentiment": ("""c.sentiment COLLATE "C" = %(value)s::text AND c.sentiment <> ''""", NEWEST),
    "video": ("c.channel = 'video'", NEWEST),
    "to_number": ("""c.to_number COLLATE "C" = %(value)s::text AND c.to_number <> ''""", NEWEST),
    "from_number": ("""c.from_number COLLATE "C" = %(value)s::text AND c.from_number <> ''""", NEWEST),
    # The end of the range: ":" follows "9" in byte order.
    "to_prefix": (
        """c.to_number COLLATE "C" >= %(value)s::text AND c.to_number COLLATE "C" < %(value)s::text || ':'
           AND c.to_number <> ''""",
        f"""c.to_number COLLATE "C", {NEWEST}""",
    ),
    "from_prefix": (
        """c.from_number COLLATE "C" >= %(value)s::text AND c.from_number COLLATE "C" < %(value)s::text || ':'
           AND c.from_number <> ''""",
        f"""c.from_number COLLATE "C", {NEWEST}""",
    ),
}


def statement(search: str) -> str:
    """The statement of one of CONDITIONS."""
    condition, order = CONDITIONS[search]
    return f"""
SELECT found.id
FROM (SELECT a.id FROM accounts_account a
      WHERE %(accounts)s::uuid[] IS NULL OR a.id = ANY(%(accounts)s::uuid[])) AS a
CROSS JOIN LATERAL (
    SELECT c.id FROM calls_call c WHERE c.account_id = a.id AND {condition} ORDER BY {order} LIMIT {MAX_FOUND}
) AS found
ORDER BY found.id DESC LIMIT {MAX_FOUND}
"""  # noqa: S608 - composed of constants


def find_calls(search: str, value: str = "", accounts: Collection[UUID] | None = None) -> list[UUID]:
    """The ids of the newest calls of these accounts (None: of all) that match, at most MAX_FOUND."""
    parameters = {"value": value, "accounts": list(accounts) if accounts is not None else None}
    rows = execute_prepared(statement(search), parameters).fetchall()
    return [call_id for (call_id,) in rows]
