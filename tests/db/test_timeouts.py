"""A statement over the limit is cancelled; the limit ends with the transaction."""

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from liveplatform.db.timeouts import limit_statements, ping

pytestmark = pytest.mark.django_db(transaction=True)


def sleep(seconds):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def test_a_long_statement_is_cancelled():
    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
        limit_statements(50)
        sleep(5)


def test_the_limit_is_the_transactions():
    with transaction.atomic():
        limit_statements(50)
    sleep(0.1)


def test_a_ping_needs_a_database(monkeypatch):
    ping(2)
    params = connection.get_connection_params() | {"dbname": "nobody-made-this"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: params)
    with pytest.raises(psycopg.OperationalError, match="nobody-made-this"):
        ping(2)
