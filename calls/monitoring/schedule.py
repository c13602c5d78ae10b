"""Starts monitors and moves their next check; time limits of calls.

A monitor that is being checked at this moment is not changed: its own check applies the deadlines when it
settles (`check.settled`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Case, DateTimeField, QuerySet, Value, When
from django.db.models.functions import Least, Now

from calls.models.call import Call
from calls.models.monitor import CallMonitor, Reconciliation
from calls.monitoring.deadlines import deadline, first_check
from liveplatform.work.models import NO_KEY


def start_monitor(call: Call) -> None:
    """Monitor a call that this transaction has written (and read back), and reconcile its connection."""
    monitor = CallMonitor(
        call=call,
        tenant_key=call.account_id,
        concurrency_key=call.connection_id or NO_KEY,
        due_at=first_check(call, call.updated_at),
    )
    CallMonitor.objects.bulk_create([monitor], ignore_conflicts=True)
    if call.connection_id:
        start_reconciliation(call.account_id, call.connection_id)


def check_now(call_ids: Iterable[UUID]) -> None:
    """Make the monitors of these calls due at once."""
    CallMonitor.objects.filter(call__in=list(call_ids)).make_due()


def pull_forward(calls: Iterable[Call], now: datetime) -> None:
    """Check no later than the deadlines of these calls, which may have changed; `now` is the database's."""
    due = {call.pk: at for call in calls if (at := deadline(call, now))}
    if due:
        _pending(due).update(due_at=Least("due_at", _times(due)), updated_at=Now())


def reschedule(call: Call) -> None:
    """Move the next check after the call's times or status have changed."""
    reschedule_many([call], call.updated_at)


def reschedule_many(calls: Iterable[Call], now: datetime) -> None:
    """The same for several calls, in one statement; `now` is the database's time."""
    due = {call.pk: first_check(call, now) for call in calls}
    if due:
        _pending(due).update(due_at=_times(due), updated_at=Now())


def _times(due: Mapping[UUID, datetime]) -> Case:
    whens = [When(call=call_id, then=Value(at)) for call_id, at in due.items()]
    return Case(*whens, output_field=DateTimeField())


def set_time_limit(call: Call, seconds: int | None) -> None:
    """Limit a call to so many seconds from its start (None: no limit); past its limit it ends at once."""
    with transaction.atomic():
        Call.objects.filter(pk=call.pk).update(time_limit=seconds)
        call.time_limit = seconds
        check_now([call.pk])


def _pending(call_ids: Iterable[UUID]) -> QuerySet[CallMonitor]:
    return CallMonitor.objects.filter(call__in=list(call_ids), state=CallMonitor.State.PENDING)


def start_reconciliation(account_id: UUID, connection_id: UUID) -> None:
    """A connection is reconciled from its first call or livestream on."""
    first = Now() + timedelta(seconds=settings.RECONCILE_INTERVAL)
    row = Reconciliation(
        connection_id=connection_id, tenant_key=account_id, concurrency_key=connection_id, due_at=first
    )
    Reconciliation.objects.bulk_create([row], ignore_conflicts=True)
