"""Write the mails that tell people of a change, in the transaction of the change."""

from collections.abc import Iterable
from typing import Any

from liveplatform.db.uuid7 import uuid7
from liveplatform.work.doorbell import ring
from sessions_app.models import Mail, Registration, Session


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
    gets one mail, however often this is called.
    """
    mails = [
        Mail(
            session=session,
            registration=registration,
            kind=kind,
            cause=cause,
            number=uuid7().int >> 65,  # grows with time; a session's mails are written one after another
            calendar_sequence=session.calendar_sequence,
            to=registration.email,
            details=details,
            max_attempts=Mail.MAX_ATTEMPTS,
            tenant_key=session.account_id,
        )
        for registration in registrations
        if registration.email
    ]
    Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=1000)
    ring(Mail.queue)
