"""A statement over the limit is cancelled; the limit ends with the transaction."""

import pytest
from django.db import OperationalError, connection, transaction

from liveplatform.db.timeouts import limit_statements

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
