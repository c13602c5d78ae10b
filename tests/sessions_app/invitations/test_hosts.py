"""The names of hosts."""

import pytest

from sessions_app.invitations.hosts import host_names
from tests.sessions_app import factories

pytestmark = pytest.mark.django_db


def test_a_host_has_the_name_it_registered_with_else_that_of_the_metadata_else_its_id(account):
    registered = factories.session(account, host_id="hale", metadata={"host_name": "another"})
    factories.registration(registered, user_id="hale", name="Dr. Hale", role="host")
    factories.registration(registered, user_id="anna", name="Anna")
    named = factories.session(account, metadata={"host_name": "Dr. Moss"})
    odd = [
        factories.session(account, metadata=metadata)
        for metadata in ({}, {"host_name": 7}, {"host_name": " "}, [])
    ]

    names = host_names([registered, named, *odd])

    assert names[registered.pk] == "Dr. Hale"
    assert names[named.pk] == "Dr. Moss"
    assert {names[each.pk] for each in odd} == {"host-1"}


def test_it_is_one_statement(account, django_assert_num_queries):
    sessions = [factories.session(account) for _ in range(5)]
    with django_assert_num_queries(1):
        host_names(sessions)
