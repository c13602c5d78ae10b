"""A page of the admin keeps the database busy for a bounded time."""

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from calls.models import Call
from tests.support.factories import phone_call

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("alice"))
    return client


@pytest.fixture
def locked():
    """Somebody else locks the table of calls."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("LOCK TABLE calls_call IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


def test_a_page_that_takes_too_long_is_given_up_with_an_explanation(staff, account, locked, settings):
    settings.ADMIN_STATEMENT_TIMEOUT = 0.2
    answer = staff.get("/admin/calls/call/")
    assert answer.status_code == 503
    assert "longer than 0.2 s" in answer.content.decode()
    assert staff.get("/admin/accounts/account/").status_code == 200


def test_an_act_that_takes_too_long_changes_nothing(staff, account, settings):
    settings.ADMIN_STATEMENT_TIMEOUT = 0.2
    call = phone_call(account)
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SELECT 1 FROM calls_call WHERE id = %s FOR UPDATE", [call.pk])
        assert staff.post(f"/admin/calls/call/{call.pk}/end/").status_code == 503
    assert not Call.objects.get(pk=call.pk).is_over
    assert staff.post(f"/admin/calls/call/{call.pk}/end/").status_code == 302


def test_the_limit_ends_with_the_page(staff, account):
    staff.get("/admin/calls/call/")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)
