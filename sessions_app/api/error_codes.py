"""The error codes of the sessions API."""

from liveplatform.api.error_codes import ErrorCode

ERROR_CODES: tuple[ErrorCode, ...] = ()
