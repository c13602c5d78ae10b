"""Preparing steps: one attempt each, in order, in a fixed number of queries."""

from calls.lifecycle.end import end
from calls.models import Step
from calls.post_processing.queue import STEPS, prepare
from tests.support.factories import phone_call


def steps_of(account, count: int) -> list[Step]:
    calls = [phone_call(account, provider_call_id="") for _ in range(count)]
    for call in calls:
        end(call.pk, account_id=account.pk, actor="test")
    return list(Step.objects.filter(call__in=calls).order_by("call", "id"))


def test_each_step_has_its_attempt_in_order(account):
    outcomes = [attempt() for attempt in prepare(steps_of(account, 2))]
    assert [outcome.error[:15] for outcome in outcomes] == [
        "Nothing runs at",
        "The call has no",
        "No transcript a",
        "",
    ] * 2


def test_it_takes_three_queries_for_any_number(account, django_assert_num_queries):
    few, many = steps_of(account, 1), steps_of(account, 5)
    prepare(few)
    with django_assert_num_queries(3):
        prepare(many)


def test_log_lines_name_call_and_step(account):
    step = steps_of(account, 1)[0]
    assert STEPS.log_context(step) == {"call_id": str(step.call_id), "step": "terminate"}
