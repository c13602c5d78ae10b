"""The queue of mails: each attempt sends one."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db.models.functions import Now
from django.utils import timezone

from liveplatform.work.models import AttemptFn, Work
from liveplatform.work.outcomes import postpone, skip
from liveplatform.work.queue import Queue
from sessions_app.invitations.delivery import attempt, next_delay
from sessions_app.invitations.hosts import host_names
from sessions_app.invitations.message import Letter
from sessions_app.invitations.precedence import WITH_CALENDAR, Place, next_waiting, places
from sessions_app.invitations.relevance import reason_to_skip
from sessions_app.models import Mail, Registration

# Seconds until a mail that waits for an earlier one looks again. It is woken before, as a rule (`settled`).
WAIT = 15.0
WAITS = "waits"


def prepare(mails: Sequence[Mail]) -> list[AttemptFn]:
    """One attempt per mail, in order; four queries for all of them."""
    registrations = Registration.objects.select_related("session").in_bulk({m.registration_id for m in mails})
    for mail in mails:
        mail.registration = registrations[mail.registration_id]
        mail.session = mail.registration.session
    hosts, found, now = host_names([mail.session for mail in mails]), places(mails), timezone.now()
    return [_attempt(mail, hosts[mail.session_id], found[mail.pk], now) for mail in mails]


def settled(mails: Sequence[Mail]) -> None:
    """Note what was sent, and wake the mails that waited for these."""
    sent = [mail.pk for mail in mails if mail.state == Work.State.DONE]
    Mail.objects.filter(pk__in=sent).update(sent_at=Now())
    Mail.objects.filter(pk__in=next_waiting(mails), result__has_key=WAITS).make_due()


def _attempt(mail: Mail, host: str, place: Place, now: datetime) -> AttemptFn:
    if place.waits:
        return partial(postpone, WAIT, {WAITS: "for an earlier mail"})
    if reason := reason_to_skip(mail, now):
        return partial(skip, reason)
    if place.is_overtaken and mail.kind in WITH_CALENDAR:
        return partial(skip, "Superseded: a newer calendar entry was sent.")
    return attempt(Letter(mail, host, place, now))


MAILS = Queue(
    model=Mail,
    prepare=prepare,
    settled=settled,
    log_context=lambda row: {"session_id": str(row.session_id), "mail": row.kind},
    backoff=next_delay,
    concurrency="EMAIL_CONCURRENCY",
)
