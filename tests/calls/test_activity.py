"""The activity log: one row per call and deed, at the time of the transaction."""

import pytest
from django.db import transaction
from django.utils import timezone

from calls import activity
from calls.models import Activity
from tests.support.factories import phone_call


def test_an_activity_keeps_actor_verb_and_detail(account):
    call = phone_call(account)
    activity.record(call.pk, "key:1", activity.STARTED, "now")
    row = Activity.objects.get(call=call)
    assert (row.actor, row.verb, row.detail, str(row)) == ("key:1", "started", "now", "started by key:1")


@pytest.mark.django_db(transaction=True)
def test_activities_of_one_transaction_share_its_time(account):
    calls = [phone_call(account) for _ in range(3)]
    before = timezone.now()
    with transaction.atomic():
        activity.record_many([call.pk for call in calls], "operation:1", activity.ENDED_BY_OPERATION)
        activity.record(calls[0].pk, "key:1", activity.CHANGED)
    times = set(Activity.objects.values_list("created_at", flat=True))
    assert len(times) == 1
    assert before <= times.pop() <= timezone.now()


def test_many_activities_are_one_statement(account, django_assert_num_queries):
    calls = [phone_call(account) for _ in range(5)]
    with django_assert_num_queries(1):
        activity.record_many([call.pk for call in calls], "operation:1", activity.ENDED_BY_OPERATION)
    assert Activity.objects.count() == 5


def test_long_texts_are_cut(account):
    call = phone_call(account)
    activity.record(call.pk, "a" * 99, "v" * 99, "d" * 9999)
    row = Activity.objects.get(call=call)
    assert (len(row.actor), len(row.verb), len(row.detail)) == (80, 40, activity.MAX_DETAIL_LENGTH)


def test_a_superseded_confirmation_keeps_its_own_time(account):
    call, at = phone_call(account), timezone.now()
    activity.record_superseded_confirmation(call, at, "completed")
    row = Activity.objects.get(call=call)
    assert (row.actor, row.verb, row.detail, row.created_at) == (
        "provider:twilio",
        "end confirmed",
        "completed",
        at,
    )
