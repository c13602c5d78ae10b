"""The participants of a call, as they are shown: with their first stays, and closed if the call is over."""

from collections.abc import Sequence

from django.db.models import Count, Prefetch, QuerySet

from calls.attendance.stays import bring_up_to_date
from calls.models.call import Call
from calls.models.participant import Participant, Stay

# Of one participant; `stay_count` has the number of all.
SHOWN_STAYS = 100


def participants_of(call: Call) -> QuerySet[Participant]:
    """The participants of a call, with the number of their stays as `stay_count`."""
    return Participant.objects.filter(call=call).annotate(stay_count=Count("stays"))


def with_stays(rows: QuerySet[Participant]) -> QuerySet[Participant]:
    """The same with their first stays as `shown_stays`."""
    stays = Stay.objects.order_by("joined_at", "provider_id")[:SHOWN_STAYS]
    return rows.prefetch_related(Prefetch("stays", stays, to_attr="shown_stays"))


def close_shown(call: Call, participants: Sequence[Participant]) -> None:
    """Nobody is in the room of a call that is over, whether that is on record already or not."""
    ended_at = call.ended_at
    if ended_at is None:
        return
    bring_up_to_date(call, participants)
    for participant in participants:
        for stay in getattr(participant, "shown_stays", ()):
            stay.left_at = stay.left_at or max(ended_at, stay.joined_at or ended_at)
