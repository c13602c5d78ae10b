"""Start a scheduled video call: first at its provider, then in the database."""

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from calls import activity
from calls.adapters import adapter_for
from calls.exceptions import CallStateError
from calls.lifecycle.lookup import get_call
from calls.models import Call, Step
from calls.monitoring.schedule import check_now, reschedule
from calls.post_processing.rerun import rerun_step
from calls.publish import STARTED, publish
from liveplatform.accounts.provider_waits import waiting_for
from providers.base import PlansRooms

ENDED_MESSAGE = "an ended call cannot be started, create another one."


def start(call_id: UUID, *, account_id: UUID, actor: str) -> Call:
    """Make a scheduled call live; a live call is returned unchanged.

    If the provider has a backstage, it is opened first, outside any transaction. Raises CallNotFound,
    CallStateError (ended here or at the provider, or being ended), NotConfigured or another ProviderError;
    then the call is unchanged.
    """
    call = get_call(call_id, account_id, Call.Channel.VIDEO)
    if call.status == Call.Status.LIVE:
        return call
    call.require_open(ENDED_MESSAGE)
    _open_backstage(call)
    if not _mark_live(call, actor):
        call.refresh_from_db()
        _terminate_reopened_room(call)
        call.require_open(ENDED_MESSAGE)
    return call


def _open_backstage(call: Call) -> None:
    if not call.provider_call_id:
        return
    rooms = adapter_for(call.connection)
    if not isinstance(rooms, PlansRooms):
        return
    with waiting_for(call.connection):
        room = rooms.go_live(call.stream_call_type, call.provider_call_id)
    if room.ended_at:
        check_now([call.pk])  # its monitor reads the end from the provider
        raise CallStateError(f"The provider says that the call has ended; {ENDED_MESSAGE}")


def _mark_live(call: Call, actor: str) -> bool:
    """Set the status, and refresh the call; False if a concurrent start or end was first."""
    scheduled = Call.objects.filter(pk=call.pk, status=Call.Status.SCHEDULED, ended_at=None)
    with transaction.atomic():
        changed = scheduled.filter(end_requested_at=None).update(
            status=Call.Status.LIVE,
            started_at=Now(),
            empty_since=None,
            event_sequence=F("event_sequence") + 1,
        )
        if changed:
            activity.record(call.pk, actor, activity.STARTED)
            call.refresh_from_db()
            publish(call, STARTED)
            reschedule(call)
    return bool(changed)


def _terminate_reopened_room(call: Call) -> None:
    """The call ended while its backstage was opened, which may have reopened the ended room."""
    step = Step.objects.filter(call=call, kind=Step.Kind.TERMINATE).first()
    if step is not None and call.status != Call.Status.LIVE:
        rerun_step(step, "platform")
