"""Registrant: the person whom somebody asks to register."""

from dataclasses import dataclass, field
from typing import Any

from sessions_app.models.person import Role, person_key


@dataclass(frozen=True)
class Registrant:
    """A user, a patient, or a guest known by the e-mail address only (`is_guest`).

    `email` is where mail is sent, `timezone` an IANA name; blank: nowhere, and the session's.
    """

    user_id: str = ""
    patient_id: str = ""
    email: str = ""
    is_guest: bool = False
    name: str = ""
    timezone: str = ""
    role: Role = Role.PARTICIPANT
    answers: dict[str, Any] = field(default_factory=dict)
    is_of_series: bool = False

    @property
    def key(self) -> str:
        """Who it is: the same person has the same key. Raises ValueError for nobody."""
        guest = self.email if self.is_guest else ""
        return person_key(user_id=self.user_id, patient_id=self.patient_id, email=guest)

    def identity(self) -> dict[str, Any]:
        """Who it is, and where mail is sent, as fields of `Person`."""
        names = ("user_id", "patient_id", "email", "is_guest", "name", "timezone")
        return {"person_key": self.key} | {name: getattr(self, name) for name in names}
