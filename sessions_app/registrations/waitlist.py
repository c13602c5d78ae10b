"""The waitlist: who waits gets the seats that become free, in the order in which they began to wait."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import accumulate
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Count, F, Func, IntegerField, Q, Value
from django.utils import timezone

from sessions_app.models import Mail, Registration, Session
from sessions_app.models.details import WaitlistMode
from sessions_app.publish import REGISTRATION_OFFERED, REGISTRATION_PROMOTED
from sessions_app.registrations import seats
from sessions_app.schedule import Due, Kind, add_duties, add_duty

Status = Registration.Status

BATCH = 500  # people who are promoted by one set of statements


def fill_free_seats(session: Session) -> list[Registration]:
    """Give the free seats of a locked session to those who wait, or offer them; returns these people.

    The session's `max_participants` must be saved. Nobody gets a seat of a session that is over.
    """
    now = timezone.now()
    is_offered = session.waitlist_mode == WaitlistMode.OFFER and session.scheduled_at > now
    served: list[Registration] = []
    while not session.is_over and session.free_seats and session.waitlist_count:
        first = _first_waiting(session, min(session.free_seats, BATCH))
        if not first:
            break
        (_offer if is_offered else _promote)(session, first, now)
        served += first
    return served


def resume(session: Session) -> None:
    """Of a session whose cancellation was taken back: offers run anew, and free seats go to who waits.

    The session must be locked and saved.
    """
    _end_offers_at(session, offer_ends_at(session, timezone.now()), Q())
    fill_free_seats(session)


def limit_offers(session: Session) -> None:
    """After a change of the session's time: no offer is longer than until then. As `resume`."""
    _end_offers_at(session, session.scheduled_at, Q(offer_expires_at__gt=session.scheduled_at))


def positions(session_id: UUID, registrations: Iterable[Registration]) -> dict[UUID, int]:
    """The places on the waitlist, from 1, of those registrations that wait; one statement for all."""
    waiting = {
        each.waitlist_number: each.pk
        for each in registrations
        if each.status == Status.WAITLIST and each.waitlist_number is not None
    }
    if not waiting:
        return {}
    numbers = sorted(waiting)
    counts = _counts_between(session_id, numbers)
    ahead = accumulate((counts.get(bucket, 0) for bucket in range(len(numbers))), initial=0)
    next(ahead)
    return {waiting[number]: before + 1 for number, before in zip(numbers, ahead, strict=True)}


def offer_ends_at(session: Session, now: datetime) -> datetime:
    """An offer ends at the session's time at the latest."""
    return min(now + timedelta(minutes=session.offer_minutes), session.scheduled_at)


def _first_waiting(session: Session, count: int) -> list[Registration]:
    waiting = Registration.objects.filter(session=session, status=Status.WAITLIST)
    locked = waiting.select_for_update(of=("self",), no_key=True)
    return list(locked.order_by("waitlist_number")[:count])


def _end_offers_at(session: Session, at: datetime, which: Q) -> None:
    if not session.offered_count:
        return
    offered = Registration.objects.filter(which, session=session, status=Status.OFFERED)
    for registration in offered.select_for_update(of=("self",), no_key=True):
        registration.offer_expires_at = at
        registration.save(update_fields=["offer_expires_at", "updated_at"])
        add_duty(session, Kind.OFFER, str(registration.pk), at)


def _offer(session: Session, waiting: list[Registration], now: datetime) -> None:
    ends_at = offer_ends_at(session, now)
    seats.move(
        session,
        waiting,
        Status.OFFERED,
        event=REGISTRATION_OFFERED,
        mail=Mail.Kind.OFFERED,
        offered_at=now,
        offer_expires_at=ends_at,
    )
    add_duties(session, [Due(Kind.OFFER, str(each.pk), ends_at) for each in waiting])


def _promote(session: Session, waiting: list[Registration], now: datetime) -> None:
    seats.move(
        session,
        waiting,
        Status.REGISTERED,
        event=REGISTRATION_PROMOTED,
        mail=Mail.Kind.PROMOTED,
        promoted_at=now,
    )


def _counts_between(session_id: UUID, numbers: list[int]) -> dict[int, int]:
    """How many wait before the first of these numbers (0), from the first up to the second (1), and so on."""
    waiting = Registration.objects.filter(
        session_id=session_id, status=Status.WAITLIST, waitlist_number__lt=numbers[-1]
    )
    bounds = Value(numbers, ArrayField(BigIntegerField()))
    bucket = Func(F("waitlist_number"), bounds, function="width_bucket", output_field=IntegerField())
    return dict(waiting.annotate(bucket=bucket).values_list("bucket").annotate(count=Count("*")))
