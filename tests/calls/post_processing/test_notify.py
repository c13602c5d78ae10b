"""Step notify: call.processed after all other steps, call.updated after a rerun."""

import json

from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.models import Call, Step
from calls.sql import release_notify
from liveplatform.webhooks.models import Event
from tests.support.draining import drain
from tests.support.factories import phone_call


def ended(account) -> Call:
    call = phone_call(account, provider_call_id="")
    end(call.pk, account_id=account.pk, actor="test")
    return call


def events(call) -> list[str]:
    return list(Event.objects.filter(subject_id=call.pk).order_by("sequence").values_list("type", flat=True))


def settle(call, *kinds) -> None:
    Step.objects.filter(call=call, kind__in=kinds).update(state="done", due_at=None)


def notify_due(call):
    return Step.objects.get(call=call, kind="notify").due_at


def test_it_waits_for_the_last_of_the_others(account):
    call = ended(account)  # terminate and clean_up are skipped already
    release_notify([call.pk])
    assert notify_due(call) is None
    settle(call, "analyse")
    release_notify([call.pk])
    assert notify_due(call) is not None


def test_it_is_released_for_these_calls_only(account):
    one, other = ended(account), ended(account)
    for call in (one, other):
        settle(call, "analyse")
    release_notify([one.pk])
    assert notify_due(other) is None


def test_it_is_released_once_and_in_one_statement(account, django_assert_num_queries):
    call = ended(account)
    settle(call, "analyse")
    release_notify([call.pk])
    due_at = notify_due(call)
    with django_assert_num_queries(1):
        release_notify([call.pk])
    assert notify_due(call) == due_at
    with django_assert_num_queries(0):
        release_notify([])


def test_a_failed_step_releases_it_too(account):
    call = ended(account)
    Step.objects.filter(call=call, kind="analyse").update(state="failed")
    release_notify([call.pk])
    assert notify_due(call) is not None


def test_it_publishes_the_whole_call_once(account):
    call = ended(account)
    Step.objects.filter(call=call, kind="analyse").update(due_at=Now())
    drain(Step)
    drain(Step)
    assert events(call) == ["call.ended", "call.processed"]
    body = json.loads(Event.objects.get(subject_id=call.pk, type="call.processed").body)
    assert [step["kind"] for step in body["data"]["steps"]] == ["terminate", "clean_up", "analyse"]
    assert (body["sequence"], body["data"]["analysis"]) == (2, None)


def test_a_rerun_afterwards_publishes_an_update(account):
    call = ended(account)
    settle(call, "analyse", "notify")
    Step.objects.get(call=call, kind="clean_up").restart()
    drain(Step)
    assert events(call) == ["call.ended", "call.updated"]
