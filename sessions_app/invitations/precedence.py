"""The order of the mails to one person about one session, and the numbers of their calendar entries.

A later mail waits for an earlier one that is not settled, so that a cancellation is never overtaken by the
invitation. A person who cancels and registers again gets invitations with the same UID, so their SEQUENCE
counts these turns too: each calendar entry that is sent to a person is newer than the one before.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sessions_app.models import Mail, Registration

Kind = Mail.Kind

# These carry a calendar entry.
WITH_CALENDAR = frozenset([*Mail.INVITING, *Mail.CANCELLING])
JOINS = frozenset([Kind.REGISTERED, Kind.PROMOTED])

READ = (
    "session_id",
    "registration__person_key",
    "number",
    "kind",
    "calendar_sequence",
    "state",
    "attempts",
    "sent_at",
)

Person = tuple[UUID, str]  # a session's id and a person's key


@dataclass(frozen=True)
class Place:
    """The place of one mail among those to its person about its session."""

    waits: bool  # an earlier one is not settled
    sequence: int  # SEQUENCE of its calendar entry
    is_overtaken: bool  # a newer calendar entry was sent
    was_invited: bool  # an invitation was sent before, or may have been


@dataclass(frozen=True)
class _Row:
    """What is read of a mail."""

    id: UUID
    number: int
    kind: str
    calendar_sequence: int
    is_open: bool
    was_sent: bool
    may_be_sent: bool  # also by a worker that died, or a server that did not say so


def places(mails: Sequence[Mail]) -> dict[UUID, Place]:
    """The place of each mail, by its id; its `registration` must be loaded. One query."""
    people = {(mail.session_id, mail.registration.person_key) for mail in mails}
    found = _mails_to(people)
    result = {}
    for mail in mails:
        rows = found[mail.session_id, mail.registration.person_key]
        result[mail.pk] = _place(mail.pk, mail.number, rows)
    return result


def next_waiting(mails: Sequence[Mail]) -> list[UUID]:
    """Of each person of these mails, which may have been settled: the id of the first that is open now."""
    people = {(mail.session_id, mail.registration.person_key) for mail in mails}
    firsts = (
        min((r for r in rows if r.is_open), key=_order, default=None) for rows in _mails_to(people).values()
    )
    return [row.id for row in firsts if row]


def _place(mail_id: UUID, number: int, rows: Sequence[_Row]) -> Place:
    earlier = [row for row in rows if row.number < number]
    sequences = _sequences(rows)
    own = sequences[mail_id]
    newer = (row for row in rows if row.was_sent and row.kind in WITH_CALENDAR)
    return Place(
        waits=any(row.is_open for row in earlier),
        sequence=own,
        is_overtaken=any(sequences[row.id] > own for row in newer),
        was_invited=any(row.may_be_sent and row.kind in Mail.INVITING for row in earlier),
    )


def _sequences(rows: Sequence[_Row]) -> dict[UUID, int]:
    """Each mail's SEQUENCE: the session's when it was written, and the person's turns until then."""
    result, turns, was_in = {}, 0, True
    for row in sorted(rows, key=_order):
        if row.kind == Kind.UNREGISTERED or (row.kind in JOINS and not was_in):
            turns, was_in = turns + 1, row.kind != Kind.UNREGISTERED
        result[row.id] = row.calendar_sequence + turns
    return result


def _order(row: _Row) -> tuple[int, UUID]:
    return row.number, row.id


def _mails_to(people: Collection[Person]) -> dict[Person, list[_Row]]:
    """All mails to these people about these sessions, also of registrations that they had before."""
    registrations = Registration.objects.filter(
        person_key__in={key for _, key in people}, session_id__in={session_id for session_id, _ in people}
    )
    rows = Mail.objects.filter(registration__in=registrations).select_related("registration").only(*READ)
    result: dict[Person, list[_Row]] = defaultdict(list)
    for mail in rows:
        result[mail.session_id, mail.registration.person_key].append(_row(mail))
    return result


def _row(mail: Mail) -> _Row:
    was_sent = mail.sent_at is not None
    return _Row(
        id=mail.pk,
        number=mail.number,
        kind=mail.kind,
        calendar_sequence=mail.calendar_sequence,
        is_open=not mail.is_settled,
        was_sent=was_sent,
        may_be_sent=was_sent or mail.attempts > 1 or mail.state == Mail.State.FAILED,
    )
