"""Signed tokens in forms: who sends a form has opened its page a while ago. There is no cookie to steal."""

from uuid import UUID

from django.core import signing

FIELD = "form_token"
MAX_AGE = 6 * 3600  # seconds; then the page is to be opened again
MAX_LENGTH = 200


def make(purpose: str, subject: UUID) -> str:
    """The token for a form of this purpose about this row."""
    return _signer(purpose).sign(subject.hex)


def is_valid(token: str, purpose: str, subject: UUID) -> bool:
    """Whether the token is of this form, and not too old."""
    if len(token) > MAX_LENGTH:
        return False
    try:
        return _signer(purpose).unsign(token, max_age=MAX_AGE) == subject.hex
    except signing.BadSignature:
        return False


def _signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"sessions_app.form.{purpose}")
