"""Expired rows are deleted in batches, with what cascades from them."""

import time
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liveplatform.db import retention
from liveplatform.webhooks.models import Event
from liveplatform.work.models import uuid7


@pytest.fixture
def events(account):
    """Five events of ten days ago and one of now."""
    ten_days_ago = int(time.time() * 1000) - 10 * retention.DAY_MS
    ids = [UUID(int=(ten_days_ago << 80) | n) for n in range(5)] + [uuid7()]
    for id in ids:
        Event.objects.create(
            id=id, account=account, subject_id=id, sequence=1, type="call.ended", body="secret" * 99
        )
    return ids


def test_only_rows_older_than_the_days_are_deleted(events):
    assert retention.delete_expired(Event.objects.all(), 11) == 0
    assert retention.delete_expired(Event.objects.all(), 9) == 5
    assert Event.objects.get().pk == events[-1]


def test_rows_are_deleted_in_batches_and_the_rest_at_the_next_call(events, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(retention, "MAX_BATCHES", 2)
    assert retention.delete_expired(Event.objects.all(), 9) == 4
    assert retention.delete_expired(Event.objects.all(), 9) == 1


def test_the_rows_themselves_are_not_loaded(events):
    with CaptureQueriesContext(connection) as queries:
        retention.delete_expired(Event.objects.all(), 9)
    assert not [query["sql"] for query in queries if '"body"' in query["sql"]]
