"""Requests to register, as Registrants."""

from typing import Any

from sessions_app.models.person import Role
from sessions_app.registrations.registrant import Registrant


def registrant_of_user(user_id: str, email: str, data: dict[str, Any]) -> Registrant:
    """The calling user; mail goes to `email` unless the request has another address."""
    role = Role(data.get("role", Role.PARTICIPANT))
    return Registrant(
        user_id=user_id, patient_id=data.get("patient_id", ""), role=role, **{"email": email} | _about(data)
    )


def registrant_of_other(data: dict[str, Any]) -> Registrant:
    """The patient, or else the guest, whom the request names."""
    patient_id, guest_email = data.get("patient_id", ""), data.get("guest_email", "")
    about = {"email": guest_email} | _about(data)
    if not patient_id:
        about["email"] = guest_email
    role = data.get("role", Role.PARTICIPANT if patient_id else Role.GUEST)
    return Registrant(patient_id=patient_id, is_guest=not patient_id, role=Role(role), **about)


def _about(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("name", "email", "timezone", "answers") if name in data}
