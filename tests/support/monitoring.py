"""Monitors and reconciliations, run by the test."""

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from calls.models import Call, CallMonitor, Reconciliation
from calls.monitoring.schedule import check_now
from tests.support.draining import drain


def check(*calls):
    """Check these calls now, and refresh them; returns the first."""
    check_now([call.pk for call in calls])
    drain(CallMonitor)
    for call in calls:
        call.refresh_from_db()
    return calls[0]


def due_in(call):
    """Seconds until the next check."""
    return (CallMonitor.objects.get(call=call).due_at - timezone.now()).total_seconds()


def joined(call, sandbox):
    """A participant joins, and no event says so."""
    sandbox.trigger(call.provider_call_id, "joined")
    return call


def emptied(call, settings):
    """An event said that the room is empty, and the grace is over."""
    Call.objects.filter(pk=call.pk).update(
        empty_since=Now() - timedelta(seconds=settings.EMPTY_ROOM_GRACE + 1)
    )
    return call


def reconcile(connection):
    """Reconcile this connection now; what was found."""
    Reconciliation.objects.filter(connection=connection).update(due_at=Now())
    drain(Reconciliation)
    return Reconciliation.objects.get(connection=connection).result


def backdate(call, **fields):
    """Five minutes pass since the call was created."""
    Call.objects.filter(pk=call.pk).update(created_at=Now() - timedelta(minutes=5), **fields)
