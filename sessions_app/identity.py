"""Under which identity a registered person is in the room, and what they may do there.

A user joins under their user id, a patient under their patient id, a guest under an id made of the
registration's: that is what the provider reports, and by which attendance finds the registration again.
"""

from providers.base import HOST, PARTICIPANT, ParticipantRole
from sessions_app.models import Registration, Session
from sessions_app.models.person import Role

GUEST_PREFIX = "guest-"

HOST_ROLES = (Role.HOST, Role.CO_HOST)


def identity_of(registration: Registration) -> str:
    """The user id in the tokens that this person joins with."""
    return registration.user_id or registration.patient_id or f"{GUEST_PREFIX}{registration.pk}"


def role_of(session: Session, identity: str, registration: Registration | None) -> Role:
    """What this person is in the session: its host, a co-host, or one of the registered people."""
    if identity == session.host_id:
        return Role.HOST
    if identity in session.co_host_ids:
        return Role.CO_HOST
    return Role(registration.role) if registration else Role.PARTICIPANT


def room_role(role: Role) -> ParticipantRole:
    """The same in the provider's room: hosts and co-hosts may moderate it."""
    return HOST if role in HOST_ROLES else PARTICIPANT
