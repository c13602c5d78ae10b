"""The error codes of the livestreams API."""

from liveplatform.api.error_codes import ErrorCode

ERROR_CODES: tuple[ErrorCode, ...] = (
    ErrorCode(
        "livestream_stopping",
        (503,),
        "The meeting's livestream is being stopped, and another can be started once that is over.",
        "Repeat the request after the seconds in Retry-After.",
    ),
)
