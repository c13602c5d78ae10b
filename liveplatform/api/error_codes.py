"""ErrorCode: one entry of the error reference; and the codes of the API's base.

Each surface declares the codes of its own (`Surface.error_codes`). A test compares them with the code.
"""

from dataclasses import dataclass

import structlog
from django.conf import settings

PATH = "/api/docs/errors"


@dataclass(frozen=True)
class ErrorCode:
    """A machine-readable code: the statuses it comes with, what it means, and what to do about it."""

    code: str
    statuses: tuple[int, ...]
    meaning: str
    remedy: str


def help_url(code: str) -> str:
    """The address of a code's entry in the reference."""
    return f"{settings.PUBLIC_URL}{PATH}#{code}"


def request_id() -> str:
    """The id of the request being answered, as in its X-Request-ID header; "" outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


NEW_KEY = "Use a fresh key for a new request."

ERROR_CODES = (
    ErrorCode(
        "validation_error",
        (400,),
        "A field, a filter or a parameter is missing, wrong or unknown. The message names the first one; "
        "`fields` has all of them.",
        "Correct what is named. Unknown names are refused, so look for a typing error.",
    ),
    ErrorCode(
        "invalid_json",
        (400,),
        "The body is no JSON object that can be stored: it does not parse, is nested too deep, or holds a "
        "number beyond 64 bits or a NUL character.",
        "Send one JSON object of at most 1 MiB, encoded as UTF-8.",
    ),
    ErrorCode(
        "invalid_query",
        (400,),
        "The query string holds a NUL character (%00).",
        "Remove it.",
    ),
    ErrorCode(
        "request_timeout",
        (408,),
        "The body did not arrive within the time for it (10 seconds, unless the operator sets another).",
        "Send the request again, over a better line or in smaller parts.",
    ),
    ErrorCode(
        "busy",
        (503,),
        "As many requests of this kind as the account, or a web process, may have at once are running.",
        "Wait for the seconds in Retry-After, and send fewer at a time.",
    ),
    ErrorCode(
        "malformed_request",
        (400,),
        "The request breaks a limit of the web framework, for example a host that is not served here.",
        "Check the Host header and the size of headers and query.",
    ),
    ErrorCode(
        "invalid_idempotency_key",
        (400,),
        "The Idempotency-Key header is empty, too long or not printable.",
        "Send 1 to 255 printable ASCII characters.",
    ),
    ErrorCode(
        "insufficient_scope",
        (403,),
        "The key or token lacks the scope that the operation needs; the message and the WWW-Authenticate "
        "header name it.",
        "Use a key with that scope, or make one: POST /v1/api-keys.",
    ),
    ErrorCode(
        "not_for_end_users",
        (403,),
        "The token is of an issuer for end users, who reach sessions and nothing else.",
        "Call this from a back end with an API key, or a token of another issuer.",
    ),
    ErrorCode(
        "not_found",
        (404,),
        "There is nothing at this address, or no such object in this account.",
        "Check the address and the id. Another account's objects are not found either.",
    ),
    ErrorCode(
        "method_not_allowed",
        (405,),
        "The address exists, and does not serve this HTTP method.",
        "See the Allow header and the API's description at /api/docs/.",
    ),
    ErrorCode(
        "idempotency_key_in_use",
        (409,),
        "A request with this Idempotency-Key is still running, or took over from this one.",
        "Repeat the request with the same key in a moment; it gets the stored answer.",
    ),
    ErrorCode(
        "idempotency_answer_unreadable",
        (409,),
        "The answer stored under this Idempotency-Key was sealed with an encryption key that is gone.",
        f"Look at the object itself; the request had its effect. {NEW_KEY}",
    ),
    ErrorCode(
        "idempotency_scope_missing",
        (409,),
        "The answer stored under this Idempotency-Key was given to a token with scopes that this one lacks.",
        f"The request had its effect; repeat it with such a token to read the answer. {NEW_KEY}",
    ),
    ErrorCode(
        "payload_too_large",
        (413,),
        "The body is larger than 1 MiB.",
        "Send less at once, for example the turns of a transcript in several requests.",
    ),
    ErrorCode(
        "unsupported_media_type",
        (415,),
        "The body is not declared as JSON.",
        "Send `Content-Type: application/json`.",
    ),
    ErrorCode(
        "idempotency_key_reused",
        (422,),
        "The Idempotency-Key was used with another body or query.",
        NEW_KEY,
    ),
    ErrorCode(
        "rate_limited",
        (429,),
        "The key, the token's subject or the account has made its requests of this minute. Ending a call is "
        "never limited.",
        "Wait for the seconds in Retry-After; RateLimit-Remaining tells beforehand.",
    ),
    ErrorCode(
        "internal_error",
        (500,),
        "Something unexpected went wrong here. It is logged under the request id.",
        "Repeat the request with the same Idempotency-Key; if it stays, tell the operator the request id.",
    ),
    ErrorCode(
        "database_unavailable",
        (503,),
        "The database does not answer. Nothing was changed, or the change was rolled back.",
        "Repeat the request after the seconds in Retry-After.",
    ),
    ErrorCode(
        "secret_unreadable",
        (503,),
        "A stored secret cannot be opened with the encryption keys of this process.",
        "The operator must give ENCRYPTION_KEYS the key that sealed it.",
    ),
)
