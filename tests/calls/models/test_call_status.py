"""A call's status in Twilio's vocabulary: Python and the generated column agree on every combination."""

from itertools import product

import pytest
from django.utils import timezone

from calls.models import Call
from calls.models.call_status import TWILIO_STATUSES, twilio_status
from tests.support.factories import phone_call

PROVIDER_STATUSES = ("", "something-new", *TWILIO_STATUSES)


@pytest.mark.parametrize(
    ("status", "provider_status", "is_over", "shown"),
    [
        ("live", "ringing", False, "ringing"),
        ("live", "completed", False, "in-progress"),
        ("scheduled", "", False, "queued"),
        ("ended", "busy", True, "busy"),
        ("ended", "in-progress", True, "completed"),
        ("errored", "unheard-of", True, "failed"),
    ],
)
def test_the_providers_status_is_shown_if_it_agrees(status, provider_status, is_over, shown):
    assert twilio_status(status, provider_status, is_over=is_over) == shown


def test_the_generated_column_says_the_same(account):
    for status, provider_status, is_over in product(Call.Status.values, PROVIDER_STATUSES, (False, True)):
        ended_at = timezone.now() if is_over else None
        call = phone_call(account, status=status, provider_status=provider_status, ended_at=ended_at)
        call.refresh_from_db()
        assert call.call_status == twilio_status(status, provider_status, is_over=is_over)
