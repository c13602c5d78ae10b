"""RecordingSync: one per call, due at once unless it is scheduled."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from calls.models import RecordingSync
from tests.support.factories import video_call


def test_a_call_has_one_sync_which_is_due_at_once(account):
    call = video_call(account)
    sync = RecordingSync.objects.create(call=call)
    assert (sync.state, sync.due_at <= timezone.now()) == ("pending", True)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordingSync.objects.create(call=call)
