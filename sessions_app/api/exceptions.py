"""Errors of sessions as HTTP errors, in the statuses of the vendor's contract."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError

from calls.api.exceptions import to_api_exception as from_calls
from sessions_app import exceptions


class WrongState(APIException):
    """412: the session's state forbids it."""

    status_code = 412
    default_code = "wrong_state"

    def __init__(
        self, message: str, code: str = "wrong_state", fields: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message, code)
        self.fields = dict(fields or {})


class ChatUnavailable(APIException):
    """503: the account has no connection to a provider of chat."""

    status_code = 503
    default_code = "chat_not_configured"
    default_detail = "Chat is not configured: the account has no connection to GetStream."


class AlreadyRegistered(APIException):
    """409: this person has a seat already, or waits for one."""

    status_code = 409
    default_code = "already_registered"


def to_api_exception(exc: Exception) -> Exception:
    """The HTTP error for an error of sessions or of calls; any other error as it is."""
    convert = next((convert for kind, convert in API_EXCEPTIONS if isinstance(exc, kind)), None)
    return convert(exc) if convert else from_calls(exc)


def _not_joinable(exc: exceptions.NotJoinable) -> APIException:
    return WrongState(str(exc), "not_joinable", {"reason": exc.reason, "starts_at": exc.starts_at})


# The first match is taken.
API_EXCEPTIONS: tuple[tuple[type[Exception], Callable[[Any], APIException]], ...] = (
    (exceptions.SessionNotFound, lambda _: NotFound("There is no such session in this account.")),
    (exceptions.SeriesNotFound, lambda _: NotFound("There is no such series in this account.")),
    (exceptions.RegistrationNotFound, lambda _: NotFound("There is no such registration.")),
    (exceptions.QuestionNotFound, lambda _: NotFound("There is no such question in this session.")),
    (exceptions.NotJoinable, _not_joinable),
    (exceptions.CapacityTooLow, lambda e: WrongState(str(e), "capacity_too_low", {"taken": e.taken})),
    (exceptions.SessionFull, lambda e: WrongState(str(e), "session_full")),
    (exceptions.RegistrationClosed, lambda e: WrongState(str(e), "registration_closed")),
    (exceptions.SessionStateError, lambda e: WrongState(str(e))),
    (exceptions.ChatNotConfigured, lambda _: ChatUnavailable()),
    (exceptions.AlreadyRegistered, lambda e: AlreadyRegistered(str(e))),
    (exceptions.NotAllowed, lambda e: PermissionDenied(str(e), "not_the_host")),
    (exceptions.InvalidFields, lambda e: ValidationError({name: [text] for name, text in e.fields.items()})),
    (exceptions.InvalidAnswers, lambda e: ValidationError({"answers": e.fields})),
)
