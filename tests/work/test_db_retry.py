"""Retrying across a lost connection: over a new one, for a limited time, and for nothing else."""

import pytest
from django.db import OperationalError, connection

from liveplatform.work.db_retry import retry_on_disconnect

pytestmark = pytest.mark.django_db(transaction=True)


def count():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]


def test_a_connection_that_the_server_ended_is_replaced():
    count()
    connection.connection.close()
    assert retry_on_disconnect(count, 5) == 1


def test_a_database_that_stays_away_is_given_up():
    attempts = []

    def lost():
        attempts.append(1)
        raise OperationalError("server closed the connection unexpectedly")

    with pytest.raises(OperationalError):
        retry_on_disconnect(lost, 0.3)
    assert len(attempts) >= 2


def test_other_errors_are_raised_at_once():
    attempts = []

    def wrong():
        attempts.append(1)
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        retry_on_disconnect(wrong, 5)
    assert len(attempts) == 1
