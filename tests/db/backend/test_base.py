"""A kept connection is judged without a round trip, and rightly."""

import threading

import pytest
from django.db import connection


def in_a_thread_with_its_own_connection(act):
    results = []

    def run():
        try:
            results.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return results[0]


@pytest.mark.django_db
def test_a_quiet_connection_is_well_without_a_statement(django_assert_num_queries):
    connection.ensure_connection()
    with django_assert_num_queries(0):
        assert connection.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_closed_is_found_out():
    def closed_by_the_server():
        connection.ensure_connection()
        mine = connection.connection.info.backend_pid
        in_a_thread_with_its_own_connection(lambda: terminate(mine))
        return connection.is_usable()

    assert in_a_thread_with_its_own_connection(closed_by_the_server) is False


def terminate(backend):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
