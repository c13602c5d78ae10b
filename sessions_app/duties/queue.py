"""The queue of session duties: which module carries out which kind.

Most duties are changes of the database only: their attempts do nothing, and they are carried out in the
transaction that settles the attempts, with their sessions locked. A module whose duty asks a provider has
`prepare(duty)`, which returns such an attempt.
"""

from collections.abc import Callable, Sequence
from functools import partial

from calls.models import Call
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import skip, succeeded
from liveplatform.work.queue import Queue
from sessions_app.duties import follow_up, open, remind
from sessions_app.duties.close import close
from sessions_app.duties.follow_call import follow
from sessions_app.duties.host_check import check_host
from sessions_app.duties.offer import end_offer
from sessions_app.models import Session, SessionDuty

Kind = SessionDuty.Kind
Carry = Callable[[Session, SessionDuty], None]

# Attempts that do more than to succeed.
ATTEMPTS: dict[str, Callable[[SessionDuty], AttemptFn]] = {Kind.OPEN: open.prepare}
# What follows from an attempt, in the transaction that settles it; the session is locked.
SETTLED: dict[str, Carry] = {
    Kind.OPEN: open.settled,
    Kind.REMIND: remind.settled,
    Kind.OFFER: end_offer,
    Kind.HOST_CHECK: check_host,
    Kind.CLOSE: close,
    Kind.FOLLOW_CALL: follow,
    Kind.FOLLOW_UP: follow_up.settled,
}
# Kinds that may end the session's call, or settle who was in it.
LOCKING_CALLS = (Kind.HOST_CHECK, Kind.CLOSE, Kind.FOLLOW_UP)


def prepare(duties: Sequence[SessionDuty]) -> list[AttemptFn]:
    """One attempt per duty, in order."""
    sessions = Session.objects.select_related("account").in_bulk({duty.session_id for duty in duties})
    return [_attempt(duty, sessions.get(duty.session_id)) for duty in duties]


def lock_sessions(duties: Sequence[SessionDuty]) -> None:
    """Lock the sessions of these duties until the transaction is over, in the order of their ids.

    Then the calls that may be ended or settled, in the order of theirs, as every end of many calls does.
    """
    ids = {duty.session_id for duty in duties}
    rows = Session.objects.filter(pk__in=ids).order_by("pk")
    locked = dict(rows.select_for_update(of=("self",), no_key=True).values_list("pk", "call_id"))
    ending = {locked.get(duty.session_id) for duty in duties if duty.kind in LOCKING_CALLS}
    Call.lock(call_id for call_id in ending if call_id)


def settled(duties: Sequence[SessionDuty]) -> None:
    """Carry out the duties whose attempts are over."""
    sessions = Session.objects.in_bulk({duty.session_id for duty in duties})
    for duty in duties:
        if duty.kind in SETTLED:
            SETTLED[duty.kind](sessions[duty.session_id], duty)


def _attempt(duty: SessionDuty, session: Session | None) -> AttemptFn:
    if session is None:
        return partial(skip, "The session was deleted.")
    duty.session = session
    return ATTEMPTS[duty.kind](duty) if duty.kind in ATTEMPTS else succeeded


SESSION_DUTIES = Queue(
    model=SessionDuty,
    prepare=prepare,
    lock=lock_sessions,
    settled=settled,
    log_context=lambda row: {"session_id": str(row.session_id), "duty": row.kind},
)
