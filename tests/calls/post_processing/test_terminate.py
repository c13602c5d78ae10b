"""Step terminate: what runs at the provider is ended, once, and its report is stored."""

import random
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.lifecycle.end_strict import end_strictly
from calls.models import Activity, Call, Step
from calls.models.call import SUBMISSION_UNKNOWN
from calls.post_processing import terminate
from calls.post_processing.queue import STEPS
from liveplatform.work import sql
from providers.errors import NotConfigured, ProviderError
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


FAULTS = ["timeout", "reset", "act_then_reset", "act_then_html", "html_404", "html_400", "503", "bad_json"]


def assert_asked_before_each_repetition(sandbox, call, act, ask):
    """The ledger: after an end whose outcome is unknown comes a question, and not the next end."""
    operations = [entry["operation"] for entry in sandbox.ledger(resource=call.provider_call_id)]
    ends = [number for number, operation in enumerate(operations) if operation == act]
    assert len(ends) > 1 or sandbox.effects(act, call.provider_call_id) == 1
    for earlier, later in pairwise(ends):
        assert ask in operations[earlier:later], operations
    assert sandbox.effects(act, call.provider_call_id) == 1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("channel", ["phone", "video"])
def test_whoever_repeats_an_end_has_asked_before(line, sandbox, settings, channel, seed):
    """Requests and workers take turns, in any order, while the provider's answers are lost in any way."""
    settings.PROVIDER_TIMEOUT = 0.3
    lot, call = random.Random(seed), line.dial() if channel == "phone" else line.open()
    act, ask = ("end_call", "get_call") if channel == "phone" else ("end_room", "get_room")
    for fault in [*lot.sample(FAULTS, 4), ""]:
        if fault:
            sandbox.add_fault(lot.choice([act, act, ask]), fault, resource=call.provider_call_id)
        steps = Step.objects.filter(call=call, kind="terminate")
        if lot.random() < 0.5:
            steps.update(due_at=Now() + timedelta(minutes=1))
            with suppress(ProviderError):
                end_strictly(call.pk, account_id=call.account_id, actor="key:1")
        steps.update(due_at=Now() - timedelta(seconds=1))
        drain(Step)
    sandbox.reset()
    steps.filter(state="pending").update(due_at=Now() - timedelta(seconds=1))
    drain(Step)
    assert steps.get().state == "done"
    assert_asked_before_each_repetition(sandbox, call, act, ask)


def test_a_process_that_was_frozen_past_its_lease_sends_nothing(line, sandbox, settings):
    call = line.dial()
    end(call.pk, account_id=call.account_id, actor="test")
    settings.WORK_LEASE = 0.2
    frozen = sql.claim_one(Step, Step.objects.get(call=call, kind="terminate").pk)
    (attempt,) = STEPS.prepare([frozen])
    time.sleep(0.25)
    settings.WORK_LEASE = 30.0
    sandbox.add_fault("end_call", "reset", resource=call.provider_call_id)
    drain(Step)  # another worker takes it up, and gets no answer
    assert attempt().detail["code"] == "unavailable"
    assert len(sandbox.ledger(operation="end_call", resource=call.provider_call_id)) == 1


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
