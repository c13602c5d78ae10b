"""Send a mail by Django's mail layer; what the mail server says decides what happens to it.

accepted                                  sent
the recipient or the message is refused   failed: no attempt would succeed (5xx, or no address at all)
everything else                           retried over three days: no connection, no answer, 4xx, and whatever
                                          is wrong with our own account at the mail server
"""

import random
from functools import partial
from smtplib import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from liveplatform.work.models import AttemptFn, Work
from liveplatform.work.outcomes import Outcome, fail, retry, succeeded
from sessions_app.invitations.mail_server import send
from sessions_app.invitations.message import Letter, build

# Seconds before the second, third … attempt; thirty attempts take three days.
DELAYS = (10, 30, 60, 120, 300, 600, 900, 1800, 3600)
LAST_DELAY = 12600
JITTER = 0.1
MAX_ERROR_LENGTH = 500
# Statuses of a company's API that say that this message is wrong, not our account or the hour.
REFUSALS = (400, 404, 406, 413, 422)


def attempt(letter: Letter) -> AttemptFn:
    """One attempt to send; it reads nothing but what the letter holds."""
    return partial(_send, letter)


def next_delay(row: Work) -> float:
    """Seconds until the next attempt at this mail."""
    number = max(row.attempts, 1)
    base = DELAYS[number - 1] if number <= len(DELAYS) else LAST_DELAY
    return base * (1 + random.uniform(0, JITTER))  # noqa: S311


def _send(letter: Letter) -> Outcome:
    try:
        validate_email(letter.mail.to)
    except ValidationError:
        return fail("This is no e-mail address.")
    message = build(letter)
    try:
        send(message)
    except (SMTPException, AnymailError, OSError, ValueError) as error:
        return outcome_of(error)
    return succeeded({"message_id": message.extra_headers["Message-ID"]})


def outcome_of(error: Exception) -> Outcome:
    """The outcome of a message that was not sent."""
    match error:
        case SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()), (550, b""))
            return _refused(code, text)
        case SMTPDataError():
            return _refused(error.smtp_code, error.smtp_error)
        case SMTPResponseException():  # of the greeting, the log-in or the sender: about us
            return retry(_said(error.smtp_code, error.smtp_error), code=error.smtp_code)
        case AnymailRecipientsRefused() | AnymailInvalidAddress() | SMTPNotSupportedError():
            return fail(_short(f"The address was refused: {error}"))
        case AnymailAPIError() if error.status_code in REFUSALS:
            return fail(_short(str(error)), code=error.status_code)
        case _:
            return _unsent(error)


def _unsent(error: Exception) -> Outcome:
    """Nobody answered, or we have no address to ask for."""
    if isinstance(error, SMTPException | AnymailError | OSError):
        return retry(_short(f"{type(error).__name__}: {error}"))
    return fail(_short(f"The address or a header is not valid: {error}"))


def _refused(code: int, text: bytes | str) -> Outcome:
    """4xx: for now (RFC 5321, 4.2.1)."""
    said = _said(code, text)
    return retry(said, code=code) if 400 <= code < 500 else fail(said, code=code)


def _said(code: int, text: bytes | str) -> str:
    shown = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    return _short(f"The mail server answered {code}: {shown}")


def _short(text: str) -> str:
    return text.replace("\0", "")[:MAX_ERROR_LENGTH]
