"""Starting a scheduled video call: at its provider, then on the record."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from calls import acts
from calls.again import run_again
from calls.connecting import adapter
from calls.end import find
from calls.models import Call, Step
from calls.states import WrongState, must_not_end
from calls.watching.starting import hurry, look_anew
from providers.base import PlansRooms

OVER = "an ended call cannot be started, create another one."


def start(call_id: UUID, *, account_id: UUID, by: str) -> Call:
    """Take a scheduled call live; one that is live already comes back as it is.

    Where the provider has a backstage, it is opened first: no transaction is open meanwhile. Raises
    CallNotFound, WrongState (ended, here or at the provider, or being ended), NotConfigured or another
    ProviderError; then the call is as it was.
    """
    call = find(call_id, account_id, Call.Channel.VIDEO)
    if call.status == Call.Status.LIVE:
        return call
    must_not_end(call, OVER)
    _open_backstage(call)
    if not _record(call, by):
        call.refresh_from_db()
        _close_again(call)
        must_not_end(call, OVER)
    return call


def _open_backstage(call: Call) -> None:
    if not call.provider_call_id:
        return
    rooms = adapter(call.connection)
    if not isinstance(rooms, PlansRooms):
        return
    room = rooms.go_live(call.stream_call_type, call.provider_call_id)
    if room.ended_at:
        hurry([call.pk])  # its Watch puts on record what the provider says
        raise WrongState(f"The provider says that the call has ended; {OVER}")


def _record(call: Call, by: str) -> bool:
    """Live, unless somebody was faster: another start, or an end."""
    waiting = Call.objects.filter(pk=call.pk, status=Call.Status.SCHEDULED, ended_at=None)
    with transaction.atomic():
        won = waiting.filter(end_requested_at=None).update(
            status=Call.Status.LIVE, started_at=Now(), empty_since=None, updated_at=Now()
        )
        if won:
            call.refresh_from_db()
            look_anew(call)
            acts.note(call.pk, by, acts.STARTED)
    return bool(won)


def _close_again(call: Call) -> None:
    """An end came while the backstage was opened, which may have opened the ended room anew."""
    step = Step.objects.filter(call=call, kind=Step.Kind.TERMINATE).first()
    if step is not None and call.status != Call.Status.LIVE:
        run_again(step, "platform")
