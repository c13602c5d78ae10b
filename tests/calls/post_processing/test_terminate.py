"""Step terminate: what runs at the provider is ended, once, and its report is stored."""

from datetime import UTC, datetime
from decimal import Decimal

from calls.lifecycle.end import end
from calls.models import Activity, Call, Step
from calls.models.call import SUBMISSION_UNKNOWN
from calls.post_processing import terminate
from providers.errors import NotConfigured
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call


def terminated(call: Call) -> Step:
    end(call.pk, account_id=call.account_id, actor="test")
    drain(Step)
    call.refresh_from_db()
    return Step.objects.get(call=call, kind="terminate")


def settled(call: Call, state: str, **result) -> Step:
    return Step(call=call, kind="terminate", state=state, result=result, settled_at=datetime.now(UTC))


def test_a_leg_is_hung_up_and_the_provider_confirms(line, sandbox):
    call = line.dial()
    assert terminated(call).state == "done"
    assert sandbox.effects("end_call", call.provider_call_id) == 1
    assert (call.provider_state, call.provider_status) == ("ended", "completed")
    assert call.provider_confirmed_at is not None


def test_a_room_is_ended(line, sandbox):
    call = line.open()
    assert terminated(call).state == "done"
    assert sandbox.effects("end_room", call.provider_call_id) == 1


def test_a_leg_that_hung_up_itself_is_no_failure(line, sandbox):
    call = line.dial()
    line.hang_up(call)
    assert terminated(call).state == "done"
    assert sandbox.effects("end_call", call.provider_call_id) == 1


def test_an_attempt_after_a_lost_answer_reads_the_providers_record_first(line, sandbox):
    call = line.dial()
    sandbox.add_fault("end_call", "act_then_reset")
    assert terminated(call).state == "pending"
    Step.objects.filter(call=call, kind="terminate").update(due_at=call.created_at)
    drain(Step)
    assert Step.objects.get(call=call, kind="terminate").state == "done"
    assert sandbox.effects("end_call", call.provider_call_id) == 1


def test_what_never_ran_at_a_provider_is_skipped(account):
    assert terminated(phone_call(account, provider_call_id="")).state == "skipped"


def test_a_lost_leg_is_found_and_hung_up(line, sandbox):
    call = line.dial()
    leg = call.provider_call_id
    Call.objects.filter(pk=call.pk).update(provider_call_id="", provider_status=SUBMISSION_UNKNOWN)
    assert terminated(call).state == "done"
    assert (call.provider_call_id, sandbox.effects("end_call", leg)) == (leg, 1)
    assert Activity.objects.get(call=call, actor="worker").detail == leg


def test_an_adapter_that_could_not_be_built_is_retried(account):
    call = phone_call(account)
    step = Step(call=call, kind="terminate", attempts=1)
    outcome = terminate.attempt(step, NotConfigured("no token"))()
    assert (outcome.error, outcome.detail["code"]) == ("no token", "not_configured")


def test_the_price_that_the_provider_reports_is_set(account):
    call = phone_call(account, ended_at=datetime.now(UTC))
    step = settled(call, "done", status="completed", duration=7, cost="0.0123", price_unit="USD")
    terminate.apply(step)
    assert (call.cost, call.price_unit, call.duration) == (Decimal("0.012300"), "USD", 7)


def test_a_call_whose_end_was_requested_ends_with_the_confirmation(account):
    call = video_call(account, disconnect_reason="asked", end_code="stale", ended_by="key:1")
    terminate.apply(settled(call, "done", status="ended"))
    call.refresh_from_db()
    assert (call.status, call.disconnect_reason, call.end_code) == ("ended", "asked", "stale")


def test_a_failed_step_makes_a_live_call_errored_and_leaves_an_ended_one(account):
    live, over = video_call(account), phone_call(account, status="ended", ended_at=datetime.now(UTC))
    for call in (live, over):
        terminate.apply(settled(call, "failed"))
        call.refresh_from_db()
    assert (live.status, over.status) == ("errored", "ended")
