"""Principal: the authenticated client of a request, its account and scopes."""

import hashlib
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Principal:
    """An API key or the subject of a token. Every query is bound to `account_id`."""

    account_id: UUID
    kind: str  # "key" or "jwt"
    id: str  # the key's public id; the token's `sub`
    scopes: frozenset[str]
    auth_id: str = ""  # of the account
    issuer: str = ""  # of a token: the same `sub` of two issuers is two principals
    # Requests a minute of the principal and of its whole account; None: the setting, 0: no limit.
    rate_limits: tuple[int | None, int | None] = (None, None)
    # Claims of a token, for the apps that read them; "" without.
    brand_id: str = ""
    email: str = ""  # only if the issuer has verified it
    is_end_user: bool = False  # of an issuer for end users, who reach views that are open to them

    is_authenticated = True
    is_active = True

    @property
    def label(self) -> str:
        """The name on records, for people: "key:ab12cd34", "jwt:user-7"."""
        return f"{self.kind}:{self.id}"[:80]

    @property
    def identity(self) -> str:
        """A name that is unique within the account, of at most 80 characters."""
        if self.kind == "key":
            return self.label
        return f"{self.kind}:{hashlib.sha256(f'{self.issuer}/{self.id}'.encode()).hexdigest()}"
