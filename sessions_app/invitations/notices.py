"""Write the mails that tell people of a change, in the transaction of the change."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from liveplatform.work.doorbell import ring
from sessions_app.invitations.sql import insert_mails
from sessions_app.models import Mail, Registration, Session

BATCH = 1000


def notify(
    session: Session,
    registrations: Iterable[Registration],
    kind: Mail.Kind,
    *,
    cause: str,
    **details: Any,  # noqa: ANN401 - any JSON
) -> None:
    """Write one mail to each person who has an address.

    The session must be locked, and the registrations saved. `cause` says what is told ("reschedule:3"): of
    each kind and cause a person gets one mail, however often this is called. Give a query for many people:
    one statement writes them all.
    """
    for people in _queries(registrations):
        insert_mails(session, people.exclude(email=""), kind, cause, details)
    ring(Mail.queue)


def _queries(registrations: Iterable[Registration]) -> Iterator[QuerySet[Registration]]:
    if isinstance(registrations, QuerySet):
        yield registrations
        return
    ids = (registration.pk for registration in registrations)
    while batch := list(islice(ids, BATCH)):
        yield Registration.objects.filter(pk__in=batch)
