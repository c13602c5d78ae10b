"""Schedules when a call's provider is asked for recordings: now, or before the links on record expire.

A sync that is running is left alone: it schedules the next one itself when it settles.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, DateTimeField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from calls.models.call import Call
from calls.models.recording import Recording
from calls.models.recording_sync import RecordingSync
from liveplatform.work.doorbell import ring
from liveplatform.work.models import NO_KEY

# A link is renewed this long before it expires, or after three quarters of its life if that is later.
REFRESH_BEFORE = timedelta(days=1)
# The links of a recording are renewed for this long after it became ready.
REFRESH_PERIOD = timedelta(days=30)


def sync_now(calls: Iterable[Call]) -> None:
    """Ask now, and again later while there are no recordings; in the caller's transaction or its own."""
    due = {call: Now() for call in calls}
    with transaction.atomic():
        Call.lock(call.pk for call in due)
        if _schedule(due, result={}):
            ring(RecordingSync.queue)


def sync_rooms(calls: Iterable[Call]) -> None:
    """The same for those that were live video calls, whose attendance is asked for as well.

    Recordings of phone calls are reported by their provider's callbacks.
    """
    rooms = [c for c in calls if c.channel == Call.Channel.VIDEO and c.provider_call_id and c.started_at]
    if rooms:
        sync_now(rooms)


def refresh_before_expiry(calls: Iterable[Call]) -> None:
    """Ask again before the links on record expire; nothing for calls whose links do not.

    The calls must be locked.
    """
    by_id = {call.pk: call for call in calls}
    links = Recording.objects.filter(
        call__in=by_id, expires_at__isnull=False, ready_at__gt=Now() - REFRESH_PERIOD
    )
    due: dict[Call, datetime] = {}
    for link in links.annotate(now=Now()):
        call, at = by_id[link.call_id], refresh_at(link)
        if at > link.now:
            due[call] = min(at, due.get(call, at))
    _schedule({call: Value(at) for call, at in due.items()})


def refresh_at(link: Recording) -> datetime:
    """When the link of a recording is to be renewed; it has an `expires_at`."""
    assert link.expires_at is not None  # noqa: S101 - the caller's promise
    return link.expires_at - min(REFRESH_BEFORE, (link.expires_at - link.updated_at) / 4)


def _schedule(due: Mapping[Call, Combinable], **fields: Any) -> bool:  # noqa: ANN401
    """Make the syncs of these calls due at these times, all but running ones; False if there are no calls.

    The calls must be locked, as they are while a sync settles: otherwise a sync that is just being settled is
    read as running and left alone, and one that is just being inserted keeps its own time.
    """
    if due:
        changed = _reschedule(due, fields)
        if changed < len(due):
            RecordingSync.objects.bulk_create(_rows(due), ignore_conflicts=True)
    return bool(due)


def _reschedule(due: Mapping[Call, Combinable], fields: Mapping[str, Any]) -> int:
    at = Case(*(When(call=call, then=at) for call, at in due.items()), output_field=DateTimeField())
    syncs = RecordingSync.objects.filter(call__in=list(due)).exclude(state=RecordingSync.State.RUNNING)
    return syncs.update(
        state=RecordingSync.State.PENDING,
        due_at=at,
        settled_at=None,
        error="",
        attempts=0,
        updated_at=Now(),
        **fields,
    )


def _rows(due: Mapping[Call, Combinable]) -> Sequence[RecordingSync]:
    return [
        RecordingSync(
            call=call,
            tenant_key=call.account_id,
            concurrency_key=call.connection_id or NO_KEY,
            due_at=at,
        )
        for call, at in due.items()
    ]
