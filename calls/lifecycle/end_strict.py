"""End a call with the provider's confirmation inside the request (live-calls surface).

The request is stored first, together with a terminate step, which this request runs out of turn: its claim
keeps others from hanging up at the same time, and if it fails the worker's attempts go on as if it had not
been made. If this process dies, a worker completes it. No transaction is open during the provider request.
"""

import time
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from calls.lifecycle.end import end
from calls.lifecycle.lookup import get_call
from calls.models import Call, Step
from calls.models.end_code import DEFAULT_REASON, EndCode
from calls.sql import take_up_given_up
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.work.models import NO_KEY
from liveplatform.work.run_one import run_out_of_turn
from providers.errors import NotConfigured, Unavailable

POLL_INTERVAL = 0.05  # seconds
# The worker's first turn comes so much later, so that this request makes the first attempt.
OWN_TURN = timedelta(seconds=1)


def end_strictly(
    call_id: UUID,
    *,
    account_id: UUID,
    reason: str = "",
    code: EndCode = EndCode.ENDED_BY_API,
    actor: str,
    channel: Call.Channel | None = None,
) -> Call:
    """End a call at its provider, then in the database; a call that has ended is returned unchanged.

    If its hang-up was given up, workers take it up again.

    Raises CallNotFound, NotConfigured (no usable connection), ProviderBusy (too many wait for it) or another
    Unavailable (it failed, or has not confirmed yet); after the latter three the request stays stored, and a
    worker completes it.
    """
    call = get_call(call_id, account_id, channel)
    if call.is_over:
        take_up_given_up(account_id, actor, [call.pk])
        return call
    if not call.provider_call_id:
        return end(call_id, account_id=account_id, reason=reason, code=code, actor=actor).call
    step = _request_end(call, reason or DEFAULT_REASON, code, actor)
    with waiting_for(call.connection):
        if not run_out_of_turn(step):
            _await_other(step)
    return _result(call)


def _request_end(call: Call, reason: str, code: EndCode, actor: str) -> Step:
    """Store the request, unless there is an earlier one, and its terminate step; the step, runnable."""
    unrequested = Call.objects.filter(pk=call.pk, ended_at=None, end_requested_at=None)
    with transaction.atomic():
        unrequested.update(
            end_requested_at=Now(),
            disconnect_reason=reason,
            end_code=code.value,
            ended_by=actor,
        )
        Step.objects.bulk_create([_terminate_step(call)], ignore_conflicts=True)
        step = Step.objects.get(call=call, kind=Step.Kind.TERMINATE)
        if step.is_settled and step.restart(wake=False):
            Step.objects.filter(pk=step.pk).update(due_at=Now() + OWN_TURN)
    return step


def _terminate_step(call: Call) -> Step:
    return Step(
        call=call,
        kind=Step.Kind.TERMINATE,
        tenant_key=call.account_id,
        concurrency_key=call.connection_id or NO_KEY,
        due_at=Now() + OWN_TURN,
        max_attempts=Step.MAX_ATTEMPTS[Step.Kind.TERMINATE],
    )


def _await_other(step: Step) -> None:
    """Wait for the request or worker that is terminating the call; if no worker comes, run the step here."""
    until = time.monotonic() + settings.PROVIDER_TIMEOUT + 1
    busy = Step.objects.filter(
        Q(state=Step.State.RUNNING) | Q(state=Step.State.PENDING, due_at__lte=Now()), pk=step.pk
    )
    while time.monotonic() < until and busy.exists():
        if run_out_of_turn(step, overdue_only=True):
            return
        time.sleep(POLL_INTERVAL)


def _result(call: Call) -> Call:
    """The ended call; otherwise raise the error of the step's last attempt."""
    call.refresh_from_db()
    if call.is_over:
        return call
    step = Step.objects.get(call=call, kind=Step.Kind.TERMINATE)
    last = step.log[-1] if step.log else {}
    if last.get("code") == "not_configured":
        raise NotConfigured(step.error)
    raise Unavailable(step.error or "The provider did not answer in time; the end is being carried on.")
