"""Principal: who asks, for which account, and what they may do."""

import hashlib
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Principal:
    """The one behind a request. Every query is bound to `account_id`."""

    account_id: UUID
    kind: str  # "key" or "jwt"
    id: str  # the key's public id; the token's whole subject
    scopes: frozenset[str]
    auth_id: str = ""  # of the account
    issuer: str = ""  # of a token: subjects of two issuers are two principals

    is_authenticated = True
    is_active = True

    @property
    def label(self) -> str:
        """How this principal is named on records, for people: "key:ab12cd34", "jwt:user-7"."""
        return f"{self.kind}:{self.id}"[:80]

    @property
    def identity(self) -> str:
        """What no other principal of the account has, in at most 80 characters."""
        if self.kind == "key":
            return self.label
        return f"{self.kind}:{hashlib.sha256(f'{self.issuer}/{self.id}'.encode()).hexdigest()}"
