"""What a pooler in transaction mode needs: nothing is kept in the session."""

import re

import pytest
from django.core.checks import run_checks
from django.db import connection

from liveplatform import embedded
from liveplatform.db.pooler import check_idle_limit, database_settings
from liveplatform.db.prepared import execute_prepared
from tests.environment import ROOT

URL = "postgresql://u:p@pooler:6432/db?sslmode=require"
# Statements whose effect lasts for the session, on whatever server connection the pooler takes.
OF_THE_SESSION = re.compile(
    r"\bpg_(?:try_)?advisory_lock\(|\bLISTEN \w|\bWITH HOLD\b|\bCREATE TEMP|[\"'](?:RE)?SET (?!LOCAL)[a-z_]+ (?:=|TO)"
    r"|set_config\([^)]*, false\)|\bPREPARE \w+ AS\b"
)


def test_a_direct_connection_limits_idle_transactions_itself():
    options = database_settings(embedded.django_database(URL), "", 2.5)["OPTIONS"]
    assert options["options"] == "-c idle_in_transaction_session_timeout=2500"
    assert options["prepare_threshold"] > 0


def test_through_a_pooler_no_option_is_sent_and_nothing_is_prepared():
    pooled = database_settings(embedded.django_database(URL), "transaction", 2.5)
    assert "options" not in pooled["OPTIONS"]
    assert pooled["OPTIONS"]["prepare_threshold"] is None
    assert pooled["OPTIONS"]["sslmode"] == "require"
    assert pooled["DISABLE_SERVER_SIDE_CURSORS"] is True


def test_a_statement_is_then_sent_unnamed(db):
    connection.ensure_connection()
    before = connection.connection.prepare_threshold
    named = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%not to be named%%'"
    connection.connection.prepare_threshold = None
    try:
        for _ in range(2):
            assert execute_prepared("SELECT 'not to be named', %(n)s::int", {"n": 7}).fetchone()[1] == 7
        with connection.cursor() as cursor:
            cursor.execute(named.replace("%%", "%"))
            assert cursor.fetchone() == (0,)
    finally:
        connection.connection.prepare_threshold = before


def test_the_check_names_the_statement_to_run(db, settings):
    settings.DATABASE_POOLER = "transaction"
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        (warning,) = check_idle_limit(databases=["default"])
        assert re.search(r'ALTER ROLE "\w+" IN DATABASE "\w+" SET idle_in_transaction', warning.hint)
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '9s'")
        assert check_idle_limit(databases=["default"]) == []


def test_it_is_not_asked_for_without_a_pooler(db):
    assert check_idle_limit(databases=["default"]) == []
    assert "db.W001" not in {message.id for message in run_checks(databases=["default"])}


@pytest.mark.parametrize("app", ["liveplatform", "calls", "sessions_app"])
def test_no_statement_leaves_anything_in_its_session(app):
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and "embedded" not in path.parts
        for match in OF_THE_SESSION.finditer(path.read_text())
    ]
    assert found == []
