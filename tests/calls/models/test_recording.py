"""Recording: one row per file of a call."""

import pytest
from django.db import IntegrityError, transaction

from calls.models import Recording
from tests.support.factories import video_call


def test_a_file_is_stored_once_per_call(account):
    calls = [video_call(account), video_call(account)]
    for call in calls:
        Recording.objects.create(call=call, provider_id="one", url="https://files.example/one")
    with pytest.raises(IntegrityError), transaction.atomic():
        Recording.objects.create(call=calls[0], provider_id="one", url="https://files.example/two")


def test_it_is_named_after_its_call_and_not_by_its_link(account):
    call = video_call(account)
    assert str(Recording(call=call, url="https://files.example/one")) == f"Recording of {call.pk}"
