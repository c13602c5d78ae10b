"""ProviderEvent: stored once per connection; its summary is what it meant, or why nothing follows."""

import pytest
from django.db import IntegrityError, transaction

from calls.models import ProviderEvent
from liveplatform.accounts.connections import upsert_connection
from tests.support.factories import phone_connection


def test_a_key_is_stored_once_per_connection(account):
    other = upsert_connection(
        account, "livekit", {"api_key": "k", "api_secret": "s"}, base_url="http://x.example"
    )
    for connection in (phone_connection(account), other):
        ProviderEvent.objects.create(connection=connection, dedup_key="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        ProviderEvent.objects.create(connection=other, dedup_key="one")


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"state": "done", "result": {"summary": "ended"}}, "ended"),
        ({"state": "skipped", "error": "No call."}, "No call."),
        ({"result": {"waited": 1}}, ""),
    ],
)
def test_the_summary_is_the_result_or_the_error(fields, summary):
    assert ProviderEvent(type="call.ended", **fields).summary == summary
