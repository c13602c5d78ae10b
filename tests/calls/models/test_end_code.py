"""Codes and reasons of an end fit their columns."""

from calls.models import Call
from calls.models.end_code import DEFAULT_REASON, MAX_REASON_LENGTH, EndCode


def test_every_code_fits_its_column():
    assert max(map(len, EndCode.values)) <= Call._meta.get_field("end_code").max_length


def test_a_reason_of_full_length_is_stored(account):
    reason = "x" * MAX_REASON_LENGTH
    call = Call.objects.create(account=account, channel="phone", disconnect_reason=reason)
    assert Call.objects.get(pk=call.pk).disconnect_reason == reason
    assert len(DEFAULT_REASON) <= MAX_REASON_LENGTH
