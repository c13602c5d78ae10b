"""Starting a scheduled video call: at its provider, then on the record."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from calls import activity
from calls.adapters import adapter_for
from calls.exceptions import CallStateError, require_open
from calls.lifecycle.end import get_call
from calls.models import Call, Step
from calls.monitoring.schedule import check_now, reschedule
from calls.post_processing.rerun import rerun_step
from providers.base import PlansRooms

ENDED_MESSAGE = "an ended call cannot be started, create another one."


def start(call_id: UUID, *, account_id: UUID, actor: str) -> Call:
    """Take a scheduled call live; one that is live already comes back as it is.

    Where the provider has a backstage, it is opened first: no transaction is open meanwhile. Raises
    CallNotFound, WrongState (ended, here or at the provider, or being ended), NotConfigured or another
    ProviderError; then the call is as it was.
    """
    call = get_call(call_id, account_id, Call.Channel.VIDEO)
    if call.status == Call.Status.LIVE:
        return call
    require_open(call, ENDED_MESSAGE)
    _open_backstage(call)
    if not _mark_live(call, actor):
        call.refresh_from_db()
        _terminate_reopened_room(call)
        require_open(call, ENDED_MESSAGE)
    return call


def _open_backstage(call: Call) -> None:
    if not call.provider_call_id:
        return
    rooms = adapter_for(call.connection)
    if not isinstance(rooms, PlansRooms):
        return
    room = rooms.go_live(call.stream_call_type, call.provider_call_id)
    if room.ended_at:
        check_now([call.pk])  # its Watch puts on record what the provider says
        raise CallStateError(f"The provider says that the call has ended; {ENDED_MESSAGE}")


def _mark_live(call: Call, actor: str) -> bool:
    """Live, unless somebody was faster: another start, or an end."""
    waiting = Call.objects.filter(pk=call.pk, status=Call.Status.SCHEDULED, ended_at=None)
    with transaction.atomic():
        won = waiting.filter(end_requested_at=None).update(
            status=Call.Status.LIVE, started_at=Now(), empty_since=None, updated_at=Now()
        )
        if won:
            call.refresh_from_db()
            reschedule(call)
            activity.record(call.pk, actor, activity.STARTED)
    return bool(won)


def _terminate_reopened_room(call: Call) -> None:
    """An end came while the backstage was opened, which may have opened the ended room anew."""
    step = Step.objects.filter(call=call, kind=Step.Kind.TERMINATE).first()
    if step is not None and call.status != Call.Status.LIVE:
        rerun_step(step, "platform")
