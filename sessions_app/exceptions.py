"""What can go wrong with sessions. Texts are shown to clients; api/exceptions.py has the HTTP statuses."""

from datetime import datetime


class SessionNotFound(Exception):
    """The caller sees no session with this id."""


class SeriesNotFound(Exception):
    """The caller sees no series with this id."""


class RegistrationNotFound(Exception):
    """The session has no such registration."""


class QuestionNotFound(Exception):
    """The session has no such question that the caller sees."""


class SessionStateError(Exception):
    """The session's status does not allow this; the text says what the status is, and what is possible."""


class SessionFull(SessionStateError):
    """No seat is free."""


class RegistrationClosed(SessionStateError):
    """Registration has closed; the text says when."""


class CapacityTooLow(SessionStateError):
    """Fewer seats were asked for than are taken."""

    def __init__(self, taken: int) -> None:
        super().__init__(f"{taken} seats are taken; max_participants cannot be lower.")
        self.taken = taken


class NotJoinable(SessionStateError):
    """Nobody, or not this person, can join now.

    `reason`: too_early, not_registered, pending, waitlist, offered, cancelled or over.
    """

    def __init__(self, message: str, reason: str, starts_at: datetime) -> None:
        super().__init__(message)
        self.reason, self.starts_at = reason, starts_at


class ChatNotConfigured(Exception):
    """The account has no connection to a provider of chat."""


class AlreadyRegistered(Exception):
    """The person has a seat, waits for one, or waits for approval."""


class InvalidAnswers(ValueError):
    """The answers to the custom questions; `fields` has the messages by question id."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("The answers to the registration questions are not valid.")
        self.fields = fields


class NotAllowed(Exception):
    """The caller may not do this with this session; the text says who may."""


class InvalidFields(ValueError):
    """Values that are refused; `fields` has the message of each by its name."""

    def __init__(self, **fields: str) -> None:
        super().__init__("; ".join(f"{name}: {message}" for name, message in fields.items()))
        self.fields = fields
