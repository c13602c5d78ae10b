"""Adapters of an account's connections."""

from uuid import uuid4

import pytest

from calls.adapters import adapter_for, adapters_for, default_room_connection
from liveplatform.accounts.connections import upsert_connection
from providers.base import MakesCalls
from providers.errors import NotConfigured
from tests.support.factories import NOWHERE, phone_connection

ROOM_KEYS = {"api_key": "k", "api_secret": "a-secret-of-at-least-32-characters"}


def test_a_connection_has_the_adapter_of_its_provider(account):
    assert isinstance(adapter_for(phone_connection(account)), MakesCalls)


def test_without_a_connection_nothing_is_configured():
    with pytest.raises(NotConfigured):
        adapter_for(None)


def test_the_first_room_provider_is_the_default(account):
    assert default_room_connection(account.pk) is None
    livekit = upsert_connection(account, "livekit", ROOM_KEYS, base_url=NOWHERE)
    assert default_room_connection(account.pk) == livekit
    getstream = upsert_connection(account, "getstream", ROOM_KEYS, base_url=NOWHERE)
    assert default_room_connection(account.pk) == getstream
    assert default_room_connection(account.pk, "livekit") == livekit


def test_a_batch_is_one_query_and_has_errors_for_what_is_missing(account, django_assert_num_queries):
    known, unknown = phone_connection(account).pk, uuid4()
    with django_assert_num_queries(1):
        adapters = adapters_for([known, unknown, known, None])
    assert isinstance(adapters[known], MakesCalls)
    assert isinstance(adapters[unknown], NotConfigured)
    assert isinstance(adapters[None], NotConfigured)
