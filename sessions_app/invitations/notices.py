"""Write the mails that tell people of a change, in the transaction of the change."""

import json
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import QuerySet

from liveplatform.db.uuid7 import uuid7
from liveplatform.json_codec import dumps_for_jsonb
from liveplatform.work.doorbell import ring
from sessions_app.invitations.sql import insert_mails
from sessions_app.models import Mail, Registration, Session

T = TypeVar("T")

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

    The session must be locked. `cause` says what is told ("reschedule:3"): of each kind and cause a person
    gets one mail, however often this is called. Give a query for many people: one statement writes them all.
    """
    like = Mail(
        session=session,
        kind=kind,
        cause=cause,
        number=time.time_ns(),  # grows, for a session's mails are written one after another
        calendar_sequence=session.calendar_sequence,
        details=json.loads(dumps_for_jsonb(details)),
        max_attempts=Mail.MAX_ATTEMPTS,
        tenant_key=session.account_id,
    )
    if isinstance(registrations, QuerySet):
        insert_mails(registrations.exclude(email=""), uuid7(), like)
    else:
        for batch in _batches(each for each in registrations if each.email):
            mails = (_to(registration, like) for registration in batch)
            Mail.objects.bulk_create(mails, ignore_conflicts=True)
    ring(Mail.queue)


def _to(registration: Registration, like: Mail) -> Mail:
    return Mail(
        session_id=like.session_id,
        registration=registration,
        kind=like.kind,
        cause=like.cause,
        number=like.number,
        calendar_sequence=like.calendar_sequence,
        to=registration.email,
        details=like.details,
        max_attempts=like.max_attempts,
        tenant_key=like.tenant_key,
    )


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, BATCH)):
        yield batch
