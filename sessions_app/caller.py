"""Caller: who asks for something about sessions, and what they may do."""

from dataclasses import dataclass
from uuid import UUID

from sessions_app.exceptions import NotAllowed
from sessions_app.models.details import SessionDetails

HOSTS_ONLY = "Only the session's host, its co-hosts, an API key and the scope admin:live may do this."


@dataclass(frozen=True)
class Caller:
    """A user (the `sub` of a JWT), or a back end with an API key, which may act for a user it names.

    `brand_id` binds everything to one brand; "" sees all brands of the account. `is_trusted`: a back end, or
    the scope admin:live, which may do what hosts may do.
    """

    account_id: UUID
    actor: str  # on records: "key:…", "jwt:…"
    user_id: str = ""  # "": a back end that acts for nobody
    brand_id: str = ""
    email: str = ""  # of the user, verified
    is_trusted: bool = False

    def is_host_of(self, session: SessionDetails) -> bool:
        """Whether the user hosts the session (or the series), or helps to."""
        return bool(self.user_id) and self.user_id in session.host_ids

    def require_host_of(self, session: SessionDetails) -> None:
        """Raise NotAllowed unless the caller may do what the session's hosts may."""
        if not (self.is_trusted or self.is_host_of(session)):
            raise NotAllowed(HOSTS_ONLY)
