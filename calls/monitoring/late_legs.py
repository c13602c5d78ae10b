"""Terminates calls that are live at their provider although they have ended here."""

from uuid import UUID

import structlog

from calls.models.call import Call
from calls.models.step import Step
from calls.representation import CallSerializer
from liveplatform.webhooks.publish import publish

log = structlog.get_logger(__name__)


def terminate_again(call_id: UUID) -> bool:
    """Run terminate again for a call that ended here and is live at its provider, and report it.

    Publishes call.still_live and logs an error, unless terminate is running already (then: False). Runs in
    the caller's transaction.
    """
    call = Call.objects.select_for_update(of=("self",)).get(pk=call_id)
    if not Step.rerun(call_id, Step.Kind.TERMINATE):
        return False
    call.provider_state = Call.ProviderState.LIVE
    call.event_sequence += 1
    call.save(update_fields=["provider_state", "event_sequence"])
    publish(
        call.account_id, call.pk, call.event_sequence, "call.still_live", {"call": CallSerializer.write(call)}
    )
    log.error("call_still_live", call_id=str(call_id), provider=call.provider)
    return True
