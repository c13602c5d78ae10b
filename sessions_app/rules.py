"""The table of sessions: which field may be changed, which verb is possible, in which status, and by whom.

The verbs ask `require`; docs/sessions.md shows `TABLE` as it is here, and a test walks it through the API.
"""

from dataclasses import dataclass
from enum import StrEnum

from sessions_app.caller import HOSTS_ONLY, Caller
from sessions_app.exceptions import NotAllowed, SessionStateError
from sessions_app.models import Session


class Asker(StrEnum):
    """Who asks, as the table has it."""

    HOST = "host"  # the session's host and its co-hosts
    STAFF = "staff"  # a back end with an API key, and tokens with the scope admin:live
    USER = "user"  # every other user


class Answer(StrEnum):
    """What a request does."""

    YES = "yes"
    RAISE = "upwards"  # only to a greater value
    WINDOW = "in the join window"
    SAME = "unchanged"  # 200 with the session as it is
    NO = "412"


STAFF_ONLY = "Only an API key and the scope admin:live may do this."
HOSTS = frozenset({Asker.HOST, Asker.STAFF})
STAFF = frozenset({Asker.STAFF})
ALL = frozenset(Asker)
YES, RAISE, SAME, NO = Answer.YES, Answer.RAISE, Answer.SAME, Answer.NO


@dataclass(frozen=True)
class Rule:
    """One row of the table: the answer in each status to those who may ask; all others get 403."""

    scheduled: Answer
    live: Answer
    ended: Answer
    cancelled: Answer
    askers: frozenset[Asker] = HOSTS
    instead: str = ""  # what is possible where this is not

    def answer(self, status: str) -> Answer:
        found: Answer = getattr(self, status)
        return found


WHILE_OPEN = Rule(YES, YES, NO, NO)
BEFORE_START = Rule(YES, NO, NO, NO)

# The fields that PATCH /v1/sessions/{id} takes, which are the vendor's.
PUBLIC_FIELDS: dict[str, Rule] = {
    "title": WHILE_OPEN,
    "scheduled_at": BEFORE_START,
    "max_participants": Rule(YES, RAISE, NO, NO),
    "kind": BEFORE_START,
    "metadata": WHILE_OPEN,
}
# The others, which staff of a brand change: PATCH /v1/admin/sessions/{id}.
STAFF_FIELDS: dict[str, Rule] = {
    **dict.fromkeys(
        (
            *("description", "category", "community_id", "community_slug", "tags", "cover_image_url"),
            *("co_host_ids", "is_public", "max_duration_minutes", "host_grace_minutes"),
        ),
        WHILE_OPEN,
    ),
    **dict.fromkeys(
        (
            *("duration_minutes", "timezone", "requires_approval", "waitlist_mode", "offer_minutes"),
            *("custom_questions", "reminder_minutes", "registration_closes_at"),
        ),
        BEFORE_START,
    ),
}
FIELDS = PUBLIC_FIELDS | STAFF_FIELDS
VERBS: dict[str, Rule] = {
    "start": Rule(YES, SAME, NO, NO, instead="Schedule another session."),
    "end": Rule(NO, YES, SAME, NO, instead="A session that has not begun is cancelled, not ended."),
    "cancel": Rule(YES, NO, NO, SAME, instead="A session that has begun is ended, not cancelled."),
    "restore": Rule(SAME, NO, NO, YES, STAFF, instead="Only a cancelled session can be restored."),
    "delete": Rule(YES, NO, NO, YES, instead="A session that has begun stays on record."),
}
# What people do. A seat, a free one, and when registration closes are other conditions, of their verbs.
PEOPLE: dict[str, Rule] = {
    "register": Rule(YES, YES, NO, NO, ALL),
    "leave": Rule(YES, YES, NO, YES, ALL),
    "approve": Rule(YES, YES, NO, NO),
    "join": Rule(Answer.WINDOW, YES, NO, NO, ALL),
    "ask": Rule(YES, YES, NO, NO, ALL),
}
TABLE: dict[str, Rule] = FIELDS | VERBS | PEOPLE


def askers_of(session: Session, caller: Caller) -> frozenset[Asker]:
    """What the caller is to this session."""
    found = {Asker.STAFF} if caller.is_trusted else set()
    if caller.is_host_of(session):
        found.add(Asker.HOST)
    return frozenset(found or {Asker.USER})


def require(session: Session, caller: Caller, what: str) -> Answer:
    """The answer to a field's change or a verb. Raises NotAllowed (403) or SessionStateError (412)."""
    require_asker(session, caller, what)
    return require_status(session, what)


def require_asker(session: Session, caller: Caller, what: str) -> None:
    """Raise NotAllowed unless the caller is one of those who may ask for it."""
    askers = TABLE[what].askers
    if not askers_of(session, caller) & askers:
        raise NotAllowed(HOSTS_ONLY if askers == HOSTS else STAFF_ONLY)


def require_status(session: Session, what: str) -> Answer:
    """The same for the platform itself, which may do everything. Raises SessionStateError."""
    rule = TABLE[what]
    answer = rule.answer(session.status)
    if answer == Answer.NO:
        raise SessionStateError(refusal(session, what))
    return answer


def is_possible(session: Session, what: str) -> bool:
    """Whether the session's status allows it."""
    return TABLE[what].answer(session.status) != Answer.NO


def refusal(session: Session, what: str) -> str:
    """Why the status forbids it, and what is possible."""
    if what in VERBS:
        return f"The session is {session.status}. {VERBS[what].instead}"
    possible = [name for name, rule in FIELDS.items() if rule.answer(session.status) != Answer.NO]
    remedy = f"These can: {', '.join(possible)}." if possible else "It is kept as it is."
    return f"The session is {session.status}; its {what} cannot be changed. {remedy}"
