"""Step: attempts by kind, and rerunning one by its call."""

from calls.lifecycle.end import end
from calls.models import Step
from tests.support.factories import phone_call


def test_each_kind_has_its_number_of_attempts():
    assert {kind: Step(kind=kind).initial_max_attempts for kind in Step.Kind} == Step.MAX_ATTEMPTS


def test_a_settled_step_is_rerun(account):
    call = phone_call(account, provider_call_id="")
    end(call.pk, account_id=account.pk, actor="test")
    assert Step.rerun(call.pk, Step.Kind.TERMINATE) is True
    assert Step.objects.get(call=call, kind="terminate").state == "pending"
    assert Step.rerun(call.pk, Step.Kind.TERMINATE) is False


def test_a_live_call_has_no_step_to_rerun(account):
    assert Step.rerun(phone_call(account).pk, Step.Kind.TERMINATE) is False
