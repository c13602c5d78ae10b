"""The end of an offer: nobody accepted it in time, so the seat goes to the next."""

from django.utils import timezone

from sessions_app.models import Mail, Registration, Session, SessionDuty
from sessions_app.registrations.cancel import withdraw


def end_offer(session: Session, duty: SessionDuty) -> None:
    """Cancel the registration whose offer has run out; the session is locked."""
    rows = Registration.objects.select_for_update(of=("self",), no_key=True)
    offered = rows.filter(
        pk=duty.slot,
        session=session,
        status=Registration.Status.OFFERED,
        offer_expires_at__lte=timezone.now(),
    ).first()
    if offered is not None and not session.is_over:
        withdraw(session, offered, Mail.Kind.OFFER_EXPIRED)
