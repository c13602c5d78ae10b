"""PostgreSQL behind a pooler in transaction mode (PgBouncer): DATABASE_POOLER=transaction.

Each transaction may run on another server connection. So nothing is kept in the session: no startup options,
no named prepared statements, no cursors that outlive a transaction, no session locks; settings are local to
a transaction (`SET LOCAL`).
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

TRANSACTION = "transaction"
MODES: tuple[str, ...] = ("", TRANSACTION)


def database_settings(database: dict[str, Any], mode: str, idle_limit: float) -> dict[str, Any]:
    """Django's settings of this database, for connections to PostgreSQL itself ("") or to a pooler.

    A process that freezes inside a transaction loses it after `idle_limit` seconds. Through a pooler that is
    set for the role instead; `check_idle_limit` says how.
    """
    options = dict(database["OPTIONS"])
    if mode == TRANSACTION:
        options["prepare_threshold"] = None  # psycopg then names no statement, whatever execute() is told
        return database | {"OPTIONS": options, "DISABLE_SERVER_SIDE_CURSORS": True}
    options.setdefault("options", f"-c idle_in_transaction_session_timeout={int(idle_limit * 1000)}")
    return database | {"OPTIONS": options}


@register(Tags.database)
def check_idle_limit(databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """Database check (`migrate`, `check --database default`): the role limits idle transactions."""
    if settings.DATABASE_POOLER != TRANSACTION or "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('idle_in_transaction_session_timeout'), current_user, current_database()"
        )
        limit, role, name = cursor.fetchone()
    if limit != "0":
        return []
    statement = (
        f'ALTER ROLE "{role}" IN DATABASE "{name}" SET idle_in_transaction_session_timeout = '
        f"'{int(settings.DATABASE_IDLE_LIMIT * 1000)}ms'"
    )
    text = "Through the pooler a process that freezes inside a transaction keeps its locks."
    return [Warning(text, hint=f"Run once, as the role itself: {statement};", id="db.W001")]
