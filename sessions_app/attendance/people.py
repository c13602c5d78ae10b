"""Registered people beside the participants of the session's call, who are found by their identity."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from calls.attendance.stays import bring_up_to_date
from calls.models import Participant
from sessions_app.identity import GUEST_PREFIX, HOST_ROLES, identity_of
from sessions_app.models import Registration, Session
from sessions_app.models.person import Role

# identity_of() as an expression.
IDENTITY = Case(
    When(~Q(user_id=""), then=F("user_id")),
    When(~Q(patient_id=""), then=F("patient_id")),
    default=Concat(Value(GUEST_PREFIX), Cast("id", TextField())),
    output_field=CharField(),
)


@dataclass(frozen=True)
class Attendee:
    """Somebody who was to come, and when they were there. `seconds` is 0 of those who did not come."""

    identity: str
    role: Role
    registration: Registration | None = None  # None: a host without one
    participant: Participant | None = None

    @property
    def attended(self) -> bool:
        return self.participant is not None and self.participant.first_joined_at is not None

    @property
    def seconds(self) -> int:
        return self.participant.seconds if self.participant else 0

    @property
    def minutes(self) -> float:
        return round(self.seconds / 60, 1)

    @property
    def first_joined_at(self) -> datetime | None:
        return self.participant.first_joined_at if self.participant else None

    @property
    def last_left_at(self) -> datetime | None:
        return self.participant.last_left_at if self.participant else None


def registered(session: Session) -> QuerySet[Registration]:
    """The registrations of those who may be in the room: who has a seat, and hosts, who need none."""
    return Registration.objects.filter(session=session, status=Registration.Status.REGISTERED)


def seated(session: Session) -> QuerySet[Registration]:
    """The registrations of those who had a seat."""
    return registered(session).exclude(role__in=HOST_ROLES)


def with_seconds(session: Session) -> QuerySet[Registration, Any]:
    """All of them with `seconds_in_room`: at least 1 of those who were in the room, 0 of others."""
    present = Participant.objects.filter(call__session=session, first_joined_at__isnull=False)
    theirs = present.filter(identity=OuterRef("identity")).values(in_room=Greatest("seconds", 1))
    return registered(session).annotate(identity=IDENTITY, seconds_in_room=Coalesce(Subquery(theirs), 0))


def attendees(session: Session, registrations: Iterable[Registration]) -> list[Attendee]:
    """These registered people and what is known of them in the room, in their order; in two queries."""
    rows = list(registrations)
    found = _participants(session, [identity_of(row) for row in rows])
    return [Attendee(identity_of(row), Role(row.role), row, found.get(identity_of(row))) for row in rows]


def hosts(session: Session) -> list[Attendee]:
    """The host, the co-hosts, and who else was registered as host, with their registrations."""
    rows = registered(session).filter(role__in=HOST_ROLES).order_by("created_at", "id")
    known = {identity_of(row): row for row in rows}
    roles = {session.host_id: Role.HOST} | dict.fromkeys(session.co_host_ids, Role.CO_HOST)
    roles |= {identity: Role(row.role) for identity, row in known.items()}
    roles[session.host_id] = Role.HOST
    found = _participants(session, roles)
    return [Attendee(id, role, known.get(id), found.get(id)) for id, role in roles.items()]


def _participants(session: Session, identities: Iterable[str]) -> dict[str, Participant]:
    if session.call_id is None:
        return {}
    rows = Participant.objects.filter(call_id=session.call_id, identity__in=list(identities))
    found: Sequence[Participant] = list(rows.select_related("call"))
    if found:
        bring_up_to_date(found[0].call, found)
    return {row.identity: row for row in found}
