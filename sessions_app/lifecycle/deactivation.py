"""The open sessions of an account that is deactivated: live ones are ended, scheduled ones cancelled."""

from uuid import UUID

from django.db.models import QuerySet

from liveplatform.accounts.deactivation import RunningWork
from liveplatform.admin.bulk import MAX_ROWS
from liveplatform.admin.operations import start
from sessions_app.models import Session

# The acts of the admin's list of sessions (admin/session_acts.py) that do it, chunk by chunk.
END, CANCEL = "end_sessions", "cancel_sessions"
ACTS = {Session.Status.LIVE: END, Session.Status.SCHEDULED: CANCEL}


def open_sessions(account_id: UUID) -> QuerySet[Session]:
    """The sessions of the account that are not over."""
    return Session.objects.filter(account_id=account_id, status__in=Session.OPEN)


def count_open(account_id: UUID) -> int:
    """How many there are."""
    return open_sessions(account_id).count()


def end_open(account_id: UUID, actor: str) -> str:
    """Begin operations that end or cancel them; everybody who is registered is told."""
    count = 0
    for status, act in ACTS.items():
        ids = list(open_sessions(account_id).filter(status=status).values_list("pk", flat=True))
        for begin in range(0, len(ids), MAX_ROWS):
            start(Session, act, account_id, ids[begin : begin + MAX_ROWS], actor)
        count += len(ids)
    return f"{count:,} sessions are being ended or cancelled."


OPEN_SESSIONS = RunningWork("open sessions", count_open, end_open)
