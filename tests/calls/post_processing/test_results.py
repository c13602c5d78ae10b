"""What settled steps change: calls, analyses, events, in a fixed number of statements."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.demo.transcript import turns
from calls.lifecycle.end import end
from calls.models import Analysis, Call, Step, Transcript
from calls.post_processing import results
from tests.support.draining import drain
from tests.support.factories import phone_call


def settled_analyses(account, count: int) -> list[Step]:
    """Analyse steps that an outcome was just written of; nothing has followed yet."""
    found = {"metrics": {}, "sentiment": {"label": "neutral"}, "analyser": "a", "version": "1"}
    calls = [phone_call(account, provider_call_id="") for _ in range(count)]
    for call in calls:
        end(call.pk, account_id=account.pk, actor="test")
    steps = Step.objects.filter(call__in=calls, kind="analyse")
    steps.update(state="done", settled_at=timezone.now(), result=found)
    return list(steps)


def statements(steps: list[Step]) -> int:
    with CaptureQueriesContext(connection) as captured:
        results.settled(steps)
    return len(
        [query for query in captured if not query["sql"].startswith(("DISCARD", "SAVEPOINT", "RELEASE"))]
    )


def test_the_number_of_statements_does_not_depend_on_the_number_of_steps(account):
    results.settled(settled_analyses(account, 1))  # statements are prepared from here on
    assert statements(settled_analyses(account, 2)) == statements(settled_analyses(account, 7))


def test_steps_that_will_be_tried_again_change_nothing(account):
    (step,) = settled_analyses(account, 1)
    step.state = "pending"
    assert statements([step]) == 0


def test_calls_analyses_and_sequences_are_saved(account):
    steps = settled_analyses(account, 2)
    results.settled(steps)
    for call in Call.objects.filter(pk__in=[step.call_id for step in steps]):
        assert (call.sentiment, call.event_sequence) == ("neutral", 2)
        assert Analysis.objects.filter(call=call).count() == 1


def test_two_analyses_of_a_call_are_two_rows(account):
    call = phone_call(account, provider_call_id="")
    Transcript.objects.create(call=call, turns=turns())
    end(call.pk, account_id=account.pk, actor="test")
    drain(Step)
    Step.objects.get(call=call, kind="analyse").restart()
    drain(Step)
    assert Analysis.objects.filter(call=call).count() == 2
