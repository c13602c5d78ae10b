"""Celery tasks of the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from liveplatform.api.models import IdempotencyRecord
from liveplatform.api.tasks import purge

pytestmark = pytest.mark.urls("tests.support.probe_views")


BODY = {"name": "made"}


def test_purge_deletes_expired_records(api):
    for key in ("old", "young"):
        api("POST", "/accounts", BODY, Idempotency_Key=key)
    IdempotencyRecord.objects.filter(key="old").update(created_at=timezone.now() - timedelta(hours=25))
    assert purge() == "1 answers under an Idempotency-Key were deleted."
    assert IdempotencyRecord.objects.get().key == "young"
