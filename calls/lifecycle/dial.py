"""Dial a phone call.

The row is saved before the provider is asked, so that no billed call is without a row. A call whose
submission was not answered is never dialled again: its monitor finds out whether the provider made it.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from calls import activity
from calls.exceptions import ProviderRejectedCall, SubmissionUnknown
from calls.lifecycle.dial_plan import DialPlan, DialRequest, resolve
from calls.lifecycle.end import end
from calls.models import Call, Step
from calls.models.call import DIALLING, SUBMISSION_UNKNOWN
from calls.models.end_code import EndCode
from calls.monitoring.deadlines import provider_limit
from calls.monitoring.schedule import reschedule, start_monitor
from calls.provider_events.callback_urls import callback_url
from calls.publish import CREATED, CallState, publish, publish_life
from liveplatform.accounts.provider_waits import waiting_for
from liveplatform.api import idempotency
from providers.base import Leg, LegOptions
from providers.errors import ProviderError, UnknownOutcome


def dial(account_id: UUID, request: DialRequest) -> Call:
    """Make a phone call over the connection of its from_number.

    Raises DialError (invalid number, no such number in the account), ProviderBusy (too many wait for it;
    there is no call), ProviderRejectedCall (the provider made no call: the row is ended) or SubmissionUnknown
    (its answer was lost: the row stays open). A request that repeats the submission_key of an earlier one
    returns that call.
    """
    existing = _existing_call(account_id, request.submission_key)
    if existing is not None:
        return existing
    plan = resolve(account_id, request)
    with waiting_for(plan.number.connection):
        call = _save(account_id, plan)
        leg = _submit(call, plan)
    if leg is not None:
        _record_placed(call, leg)
    call.refresh_from_db()
    return call


def _existing_call(account_id: UUID, key: str) -> Call | None:
    """The call of an earlier request with this key, unless the provider refused to make it."""
    if not key:
        return None
    since = Now() - timedelta(hours=idempotency.RETENTION_HOURS)
    calls = Call.objects.filter(account_id=account_id, submission_key=key, created_at__gte=since)
    call = calls.exclude(provider_call_id="", provider_status="failed").order_by("created_at").first()
    if call is not None and call.is_submission_unknown:
        raise SubmissionUnknown(_unconfirmed_message(call))
    return call


def _save(account_id: UUID, plan: DialPlan) -> Call:
    """The call's row, its first event and its monitor."""
    request, number = plan.request, plan.number
    call = Call(
        id=plan.call_id,
        account_id=account_id,
        channel=Call.Channel.PHONE,
        created_by=request.actor,
        status=Call.Status.SCHEDULED,
        connection=number.connection,
        provider=number.connection.provider,
        provider_status=DIALLING,
        from_number=number.number,
        to_number=plan.to_number,
        extension=plan.extension[:20],
        direction="outbound-api",
        is_test=request.is_test,
        ai_agent_id=request.ai_agent_id,
        workspace=request.workspace,
        dynamic_variables=request.dynamic_variables,
        metadata=request.metadata,
        time_limit=request.time_limit or number.account.call_time_limit,
        machine_detection=request.machine_detection,
        on_machine=request.on_machine,
        submission_key=request.submission_key,
        event_sequence=1,
    )
    with transaction.atomic():
        call.save(force_insert=True)
        publish(call, CREATED)
        start_monitor(call)
    return call


def _submit(call: Call, plan: DialPlan) -> Leg | None:
    """The leg that the provider made; None if its answer was lost, but its callbacks have named the leg."""
    try:
        return plan.provider.make_call(
            to=call.to_number,
            from_=call.from_number,
            url=plan.instructions.url,
            twiml=plan.instructions.twiml,
            status_callback=callback_url(call),
            options=LegOptions(
                send_digits=plan.extension,
                record=plan.request.record,
                time_limit=provider_limit(call),
                machine_detection=call.machine_detection,
                url_method=plan.request.url_method,
            ),
        )
    except UnknownOutcome as error:
        if _record_unknown(call, str(error)):
            raise SubmissionUnknown(_unconfirmed_message(call)) from error
        return None
    except ProviderError as error:
        _record_failed(call, str(error), call.provider)
        raise ProviderRejectedCall(f"The provider did not make the call: {error}") from error


def _record_placed(call: Call, leg: Leg) -> None:
    """Store the leg. If the call was ended while it was dialled, the leg is hung up."""
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",), no_key=True).get(pk=call.pk)
        if call.provider_call_id == leg.id:
            return  # the leg's callbacks came before the answer, and have set everything
        call.provider_call_id = leg.id
        call.provider_state = Call.ProviderState.LIVE
        call.provider_status = leg.raw_status
        before = CallState.of(call)
        if call.is_over:
            Step.rerun(call.pk, Step.Kind.TERMINATE)
        else:
            call.status = Call.Status.LIVE
            if leg.status == "live":
                call.set_answered(leg.answered_at or timezone.now())
        call.save()
        publish_life(call, before)
        reschedule(call)


def _record_unknown(call: Call, why: str) -> bool:
    """Mark the submission as unknown; False if the leg's callbacks have named it meanwhile."""
    unnamed = Call.objects.filter(pk=call.pk, provider_call_id="")
    with transaction.atomic():
        activity.record(call.pk, f"provider:{call.provider}", activity.ANSWER_LOST, why)
        return bool(unnamed.update(provider_status=SUBMISSION_UNKNOWN))


def _record_failed(call: Call, why: str, provider: str) -> None:
    """End a call that was not made; post-processing runs as after any end."""
    Call.objects.filter(pk=call.pk).update(provider_status="failed")
    end(
        call.pk,
        account_id=call.account_id,
        reason=why[:500],
        code=EndCode.FAILED,
        actor=f"provider:{provider}",
    )


def _unconfirmed_message(call: Call) -> str:
    return f"The provider did not answer, so the call may have been made. It is on record as {call.pk}."
