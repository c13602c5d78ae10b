"""Principal: who asks, for which account, and what they may do."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Principal:
    """The one behind a request. Every query is bound to `account_id`."""

    account_id: UUID
    kind: str  # "key" or "jwt"
    id: str
    scopes: frozenset[str]

    is_authenticated = True
    is_active = True

    @property
    def label(self) -> str:
        """How this principal is named on records: "key:ab12cd34", "jwt:user-7"."""
        return f"{self.kind}:{self.id}"[:80]
