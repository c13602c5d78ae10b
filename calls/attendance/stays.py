"""Keeps who was in the room of a call, and when: participants, and their stays.

Providers report that somebody joined or left; in any order, twice, or not at all. All stays of an identity
are one participant's. A stay that nobody has reported the end of ends with the call.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from calls.attendance import sql
from calls.models.call import Call
from calls.models.participant import Participant, Stay
from liveplatform.db.uuid7 import uuid7
from providers.events import ParticipantStay

# As many characters as there is room for are kept of what providers report.
MAX_IDENTITY = Participant._meta.get_field("identity").max_length
MAX_NAME = Participant._meta.get_field("name").max_length
MAX_ROLE = Participant._meta.get_field("role").max_length
MAX_STAY_ID = Stay._meta.get_field("provider_id").max_length

StayKey = tuple[UUID, str, str]  # the call, the identity, the provider's id of the stay


def record(stays: Iterable[tuple[UUID, ParticipantStay]]) -> None:
    """Keep stays in calls (by id), which must be locked: in three statements, none without any stay."""
    merged: dict[StayKey, ParticipantStay] = {}
    for call_id, given in stays:
        stay = _bounded(given)
        key = call_id, stay.identity, stay.stay_id
        merged[key] = _merge(merged[key], stay) if key in merged else stay
    if merged:
        ids = _save_participants(merged)
        _save_stays(merged, ids)
        sql.add_up(list(ids.values()))


def close_stays(call_ids: Iterable[UUID]) -> None:
    """Put on record that nobody is in the rooms of those of these calls, locked, that are over.

    The end of a call itself writes nothing about its participants; until this is done, whoever reads them
    has `bring_up_to_date`.
    """
    sql.close(list(call_ids))


def bring_up_to_date(call: Call, participants: Iterable[Participant]) -> None:
    """Close what is still open of a call that is over, as `close_stays` will. Does not save."""
    still_open = [p for p in participants if p.last_left_at is None] if call.is_over else []
    times = sql.times([p.pk for p in still_open]) if still_open else {}
    for participant in still_open:
        if participant.pk in times:
            participant.first_joined_at, participant.last_left_at, participant.seconds = times[participant.pk]


def _save_participants(stays: Mapping[StayKey, ParticipantStay]) -> dict[tuple[UUID, str], UUID]:
    people: dict[tuple[UUID, str], tuple[str, str]] = {}
    for (call_id, identity, _), stay in stays.items():
        name, role = people.get((call_id, identity), ("", ""))
        people[call_id, identity] = max(name, stay.name), max(role, stay.role)
    return sql.upsert_participants(
        {
            "id": [uuid7() for _ in people],
            "call_id": [call_id for call_id, _ in people],
            "identity": [identity for _, identity in people],
            "name": [name for name, _ in people.values()],
            "role": [role for _, role in people.values()],
        }
    )


def _save_stays(stays: Mapping[StayKey, ParticipantStay], ids: Mapping[tuple[UUID, str], UUID]) -> None:
    sql.upsert_stays(
        {
            "id": [uuid7() for _ in stays],
            "participant_id": [ids[call_id, identity] for call_id, identity, _ in stays],
            "provider_id": [stay_id for _, _, stay_id in stays],
            "joined_at": [stay.joined_at for stay in stays.values()],
            "left_at": [stay.left_at for stay in stays.values()],
        }
    )


def _bounded(stay: ParticipantStay) -> ParticipantStay:
    return replace(
        stay,
        identity=stay.identity[:MAX_IDENTITY],
        stay_id=stay.stay_id[:MAX_STAY_ID],
        name=stay.name[:MAX_NAME],
        role=stay.role[:MAX_ROLE],
    )


def _merge(one: ParticipantStay, other: ParticipantStay) -> ParticipantStay:
    """What two reports of the same stay say together."""
    return replace(
        one,
        name=max(one.name, other.name),
        role=max(one.role, other.role),
        joined_at=min(_known(one.joined_at, other.joined_at), default=None),
        left_at=max(_known(one.left_at, other.left_at), default=None),
    )


def _known(*times: datetime | None) -> Sequence[datetime]:
    return [time for time in times if time is not None]
