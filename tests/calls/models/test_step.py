"""Step: attempts by kind, and rerunning one by its call."""

import pytest

from calls.lifecycle.end import end
from calls.models import Step
from tests.support.factories import phone_call


@pytest.mark.parametrize("kind", Step.Kind)
def test_a_restart_gives_each_kind_its_number_of_attempts(account, kind):
    call = phone_call(account, provider_call_id="")
    end(call.pk, account_id=account.pk, actor="test")
    Step.objects.filter(call=call, kind=kind).update(state="failed", attempts=3, max_attempts=3)
    assert Step.rerun(call.pk, kind)
    assert Step.objects.get(call=call, kind=kind).max_attempts == 3 + Step.MAX_ATTEMPTS[kind]


def test_a_settled_step_is_rerun(account):
    call = phone_call(account, provider_call_id="")
    end(call.pk, account_id=account.pk, actor="test")
    assert Step.rerun(call.pk, Step.Kind.TERMINATE) is True
    assert Step.objects.get(call=call, kind="terminate").state == "pending"
    assert Step.rerun(call.pk, Step.Kind.TERMINATE) is False


def test_a_live_call_has_no_step_to_rerun(account):
    assert Step.rerun(phone_call(account).pk, Step.Kind.TERMINATE) is False
