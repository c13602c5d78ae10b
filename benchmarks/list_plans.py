"""Query plans of the lists: each statement with its plan. Reads [[label, url], …] from stdin."""

import json
import os
import sys
from uuid import UUID

import django
from django.db import connection
from django.test import Client

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liveplatform.settings")
django.setup()

from liveplatform.accounts.keys import make_key  # noqa: E402 - these want Django set up
from liveplatform.accounts.models import Account  # noqa: E402

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, SUMMARY OFF) "


def explain(execute, sql, params, many, context):
    """An execute_wrapper that prints each statement and its plan."""
    if sql.startswith("SELECT") and '"calls_' in sql:
        print(sql % tuple(_short(value) for value in params or ()) if "%s" in sql else sql)
        with connection.cursor() as cursor:
            cursor.cursor.execute(EXPLAIN + sql, params)
            print(*(f"    {line}" for (line,) in cursor.cursor.fetchall()), sep="\n", end="\n\n")
    return execute(sql, params, many, context)


def _short(value) -> str:
    text = str(value)
    return text if len(text) < 80 else f"{text[:80]}…"


def main() -> None:
    _, token = make_key(Account.objects.get(pk=UUID(sys.argv[1])), scopes=("read:live",))
    client = Client(headers={"Authorization": f"Bearer {token}", "Host": "localhost"})
    client.get("/v1/live/calls")
    for label, url in json.load(sys.stdin):
        print(f"=== {label}\n{url}\n")
        with connection.execute_wrapper(explain):
            client.get(url)


if __name__ == "__main__":
    main()
