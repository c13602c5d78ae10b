"""Asks a provider, once after a call, who was in its room: what no event has reported is completed.

The question is part of the call's RecordingSync, which asks its provider anyway. LiveKit keeps no record of a
room that is over, so it cannot be asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Min

from calls.models.call import Call
from calls.models.provider_event import ProviderEvent
from providers.base import Adapter, ReportsAttendance
from providers.errors import ProviderError
from providers.events import ParticipantStay, part_from_json, part_to_json

# Sessions of one room that are asked about: the first ones that events named, besides the latest.
MAX_SESSIONS = 20


def sessions_of(call_ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The ids of the sessions in the rooms of these calls that events have named, in one query."""
    rows = ProviderEvent.objects.filter(call__in=list(call_ids), kind="session_started")
    named = rows.values_list("call_id", "payload__details__session_id").annotate(first=Min("occurred_at"))
    found: dict[UUID, list[str]] = defaultdict(list)
    for call_id, session, _ in named.order_by("first"):
        if call_id and session and len(found[call_id]) < MAX_SESSIONS:
            found[call_id].append(session)
    return found


def ask(provider: Adapter, call: Call, sessions: Sequence[str]) -> dict[str, Any]:
    """What an attempt keeps for `read_stays`: the provider's report, or why there is none. Raises nothing."""
    if not isinstance(provider, ReportsAttendance):
        return {}
    try:
        stays = provider.attendance(call.stream_call_type, call.provider_call_id, sessions)
    except ProviderError as error:
        return {"attendance": str(error)}
    return {"attendance": len(stays), "stays": [part_to_json(stay) for stay in stays]}


def read_stays(stored: Iterable[Mapping[str, Any]]) -> list[ParticipantStay]:
    """The stays in such an answer."""
    return [part_from_json(ParticipantStay, stay) for stay in stored]
