"""The steps of an ended call, the batched UPDATE of calls, and the lock of a provider's call id."""

from decimal import Decimal
from itertools import product

import pytest
from django.db import DataError, transaction

from calls.models import Call, Step
from calls.models.call import DIALLING, SUBMISSION_UNKNOWN
from calls.post_processing import clean_up, terminate
from calls.sql import bulk_write, end_if_live, lock_provider_call_id
from providers.errors import NotConfigured
from tests.support.factories import phone_call


def test_many_calls_are_written_in_one_statement(account, django_assert_num_queries):
    calls = [phone_call(account) for _ in range(3)]
    for number, call in enumerate(calls):
        call.duration, call.cost, call.sentiment = number or None, Decimal("0.5"), "neutral"
    with django_assert_num_queries(1):
        bulk_write(calls, ("duration", "cost", "sentiment"))
    found = Call.objects.filter(pk__in=[call.pk for call in calls]).order_by("id")
    assert [call.duration for call in found] == [None, 1, 2]
    assert {(call.cost, call.sentiment) for call in found} == {(Decimal("0.5"), "neutral")}


def test_only_the_named_fields_are_written(account):
    call = phone_call(account)
    call.refresh_from_db()
    before = call.updated_at
    call.duration, call.title = 3, "not saved"
    bulk_write([call], ("duration",))
    call.refresh_from_db()
    assert (call.duration, call.title) == (3, "")
    assert call.updated_at > before


def test_a_write_sets_updated_at_of_the_instances(account):
    call = phone_call(account)
    bulk_write([call], ("duration",))
    assert call.updated_at == Call.objects.get(pk=call.pk).updated_at


def test_a_text_that_is_too_long_is_refused_not_cut(account):
    call = phone_call(account)
    call.provider_status = "x" * 41
    with pytest.raises(DataError), transaction.atomic():
        bulk_write([call], ("provider_status",))


def test_no_calls_are_no_statement(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        bulk_write([], ("duration",))


def test_a_lock_is_held_again_by_its_owner(account):
    lock_provider_call_id(account.pk, "CA1")
    lock_provider_call_id(account.pk, "CA1")


STATUSES = ("", DIALLING, SUBMISSION_UNKNOWN, "ringing", "completed")
CASES = list(product(("", "CA1"), STATUSES, ("", "echo-1")))


@pytest.mark.parametrize(("provider_call_id", "status", "room_id"), CASES)
def test_the_end_skips_the_steps_that_would_skip_themselves(account, provider_call_id, status, room_id):
    call = phone_call(account, provider_call_id=provider_call_id, provider_status=status, room_id=room_id)
    end_if_live(call.pk, account.pk, "", "ended_by_api", "test")
    for module, kind in ((terminate, Step.Kind.TERMINATE), (clean_up, Step.Kind.CLEAN_UP)):
        step = Step.objects.get(call=call, kind=kind)
        outcome = module.attempt(step, NotConfigured("No credentials."))()
        by_python = outcome.error if outcome.state == "skipped" else ""
        assert (step.state, step.error) == ("skipped" if by_python else "pending", by_python)
