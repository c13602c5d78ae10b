"""Idempotency-Key: a repeated request has one effect and gets the stored response.

A record is reserved before the view runs (one statement; after a crash it is free again after LOCK_SECONDS).
The response is stored in it inside the view's own transaction, so that effect and response commit together.
Stored responses are sealed: they may hold the text of a new API key, or a phone number.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpResponse, UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from liveplatform.api.exceptions import Conflict, KeyReused, TooLarge
from liveplatform.api.models import IdempotencyRecord
from liveplatform.api.principal import Principal
from liveplatform.crypto import DecryptionFailed, seal, unseal

HEADER = "Idempotency-Key"
METHODS = ("POST", "PATCH", "DELETE")
LOCK_SECONDS = 60
RETENTION_HOURS = 24
IN_USE = "idempotency_key_in_use"
KEY_FORMAT = re.compile(r"[\x20-\x7e]{1,255}")

RESERVE = """
INSERT INTO api_idempotencyrecord
    (account_id, principal, route, key, scopes, fingerprint, locked_until, created_at)
VALUES (%(account)s, %(principal)s, %(route)s, %(key)s, %(scopes)s, %(fingerprint)s,
        now() + make_interval(secs => %(lock)s), now())
ON CONFLICT (account_id, principal, route, key) DO UPDATE
SET locked_until = now() + make_interval(secs => %(lock)s), fingerprint = EXCLUDED.fingerprint,
    scopes = EXCLUDED.scopes,
    status = NULL, body = NULL, created_at = now()
WHERE (api_idempotencyrecord.status IS NULL AND api_idempotencyrecord.locked_until < now())
   OR api_idempotencyrecord.created_at < now() - make_interval(hours => %(keep)s)
RETURNING id, locked_until
"""


class Replay(Exception):
    """The request was answered before; `response` is the stored one."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.response = json_response(status, body)
        self.response["Idempotency-Replayed"] = "true"


@dataclass(frozen=True)
class Reservation:
    """A record that this request holds until `locked_until`; a later holder has another time there."""

    id: int
    locked_until: datetime

    def store_response(self, status: int, body: bytes) -> bool:
        """Store the response, in the view's transaction. False: another request took over the record."""
        sealed = seal(body.decode(), aad=_aad(self.id)).encode()
        return bool(self._own().update(status=status, body=sealed, locked_until=None))

    def release(self) -> None:
        """Delete the record, so that the same key runs again."""
        self._own().delete()

    def _own(self) -> QuerySet[IdempotencyRecord]:
        return IdempotencyRecord.objects.filter(pk=self.id, locked_until=self.locked_until)


def json_response(status: int, body: bytes) -> HttpResponse:
    """A response as it is sent with a key, the first time and on every replay."""
    return HttpResponse(body, status=status, content_type="application/json")


def acquire(request: Request, acting_for: str = "") -> Reservation | None:
    """Reserve the request's key; None without one. `acting_for`: whom the principal acts for, if not itself.

    Raises Replay (answered before), Conflict (still running), KeyReused (other body), ParseError.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method not in METHODS:
        return None
    if not KEY_FORMAT.fullmatch(key):
        raise ParseError(f"{HEADER} must be 1 to 255 printable ASCII characters.", "invalid_idempotency_key")
    principal = cast(Principal, request.user)
    values: dict[str, Any] = {
        "account": principal.account_id,
        "principal": _requester(principal, acting_for),
        "route": f"{request.method} {request.path}"[:300],
        "key": key,
    }
    content = request.META.get("QUERY_STRING", "").encode() + b"\0" + _body(request)
    fingerprint = hashlib.sha256(content).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            RESERVE,
            values
            | {"fingerprint": fingerprint, "lock": LOCK_SECONDS, "keep": RETENTION_HOURS}
            | {"scopes": sorted(principal.scopes)},
        )
        row = cursor.fetchone()
    return Reservation(*row) if row else _replay_or_conflict(values, fingerprint, principal.scopes)


def fingerprint_of(request: Request) -> str:
    """A digest of principal, path and key, equal for each repetition; "" without a key."""
    key = request.headers.get(HEADER)
    principal = cast(Principal, request.user)
    text = f"{principal.identity}\0{request.path}\0{key}"
    return hashlib.sha256(text.encode()).hexdigest() if key else ""


def purge() -> int:
    """Delete records older than RETENTION_HOURS hours. Returns their number."""
    deleted, _ = IdempotencyRecord.objects.filter(
        created_at__lt=Now() - timedelta(hours=RETENTION_HOURS)
    ).delete()
    return deleted


def _requester(principal: Principal, acting_for: str) -> str:
    """A name of at most 80 characters: a key is good for one principal, and for whom it acts."""
    if not acting_for:
        return principal.identity
    text = f"{principal.identity}\0{acting_for}"
    return f"{principal.kind}+{hashlib.sha256(text.encode()).hexdigest()}"


def _body(request: Request) -> bytes:
    """The raw body; Django keeps it for the parser. Raises TooLarge."""
    try:
        return bytes(request._request.body)
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise TooLarge from error


def _replay_or_conflict(values: dict[str, Any], fingerprint: bytes, scopes: frozenset[str]) -> Reservation:
    """Raises Replay, Conflict or KeyReused."""
    key = {name: value for name, value in values.items() if name != "account"}
    record = IdempotencyRecord.objects.filter(account_id=values["account"], **key).first()
    if record is not None and bytes(record.fingerprint) != fingerprint:
        raise KeyReused(f"This {HEADER} was used with another body; use a fresh key.")
    if record is None or record.status is None:
        raise Conflict(f"A request with this {HEADER} is still running; try again in a moment.", IN_USE)
    if not scopes.issuperset(record.scopes or ()):
        message = f"The answer under this {HEADER} was given to a token with more scopes than this one."
        raise Conflict(message, "idempotency_scope_missing")
    try:
        body = unseal(bytes(record.body or b"").decode(), aad=_aad(record.pk))
    except DecryptionFailed as error:
        message = f"The answer under this {HEADER} can no longer be read; use a fresh key."
        raise Conflict(message, "idempotency_answer_unreadable") from error
    raise Replay(record.status, body.encode())


def _aad(record_id: int) -> str:
    return f"IdempotencyRecord/{record_id}/body"
