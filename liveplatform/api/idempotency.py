"""Idempotency-Key: the same request twice has one effect and one answer.

A record is taken before the view runs (one statement; a crash frees it after LOCK seconds) and the
answer is written into it inside the view's own transaction, so effect and answer stand or fall together.
Answers are sealed: they may hold a new key's text, or a phone number.
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

from liveplatform.api.exceptions import Conflict, TooLarge, Unprocessable
from liveplatform.api.models import IdempotencyRecord
from liveplatform.api.principal import Principal
from liveplatform.crypto import DecryptionFailed, seal, unseal

HEADER = "Idempotency-Key"
METHODS = ("POST", "PATCH", "DELETE")
LOCK_SECONDS = 60  # seconds
RETENTION_HOURS = 24  # hours
KEY_FORMAT = re.compile(r"[\x20-\x7e]{1,255}")

RESERVE = """
INSERT INTO api_idempotencyrecord (account_id, principal, route, key, fingerprint, locked_until, created_at)
VALUES (%(account)s, %(principal)s, %(route)s, %(key)s, %(fingerprint)s,
        now() + make_interval(secs => %(lock)s), now())
ON CONFLICT (account_id, principal, route, key) DO UPDATE
SET locked_until = now() + make_interval(secs => %(lock)s), fingerprint = EXCLUDED.fingerprint,
    status = NULL, body = NULL, created_at = now()
WHERE (api_idempotencyrecord.status IS NULL AND api_idempotencyrecord.locked_until < now())
   OR api_idempotencyrecord.created_at < now() - make_interval(hours => %(keep)s)
RETURNING id, locked_until
"""


class Replay(Exception):
    """The request was answered before; this is that answer."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__()
        self.response = json_response(status, body)
        self.response["Idempotency-Replayed"] = "true"


@dataclass(frozen=True)
class Reservation:
    """A record that this request holds until `locked_until`; whoever takes it later has another one."""

    id: int
    locked_until: datetime

    def store_response(self, status: int, body: bytes) -> bool:
        """Keep the answer, in the view's transaction. False: the record is no longer this request's."""
        sealed = seal(body.decode(), aad=_aad(self.id)).encode()
        return bool(self._own().update(status=status, body=sealed, locked_until=None))

    def release(self) -> None:
        """Nothing worth repeating came of it: the same key may try again."""
        self._own().delete()

    def _own(self) -> QuerySet[IdempotencyRecord]:
        return IdempotencyRecord.objects.filter(pk=self.id, locked_until=self.locked_until)


def json_response(status: int, body: bytes) -> HttpResponse:
    """An answer as it goes out under a key, the first time and every time."""
    return HttpResponse(body, status=status, content_type="application/json")


def acquire(request: Request) -> Reservation | None:
    """Take the key of this request, if it has one. Raises Replay, 409 (under way), 422 (other body), 400."""
    key = request.headers.get(HEADER)
    if key is None or request.method not in METHODS:
        return None
    if not KEY_FORMAT.fullmatch(key):
        raise ParseError(f"{HEADER} must be 1 to 255 printable ASCII characters.")
    principal = cast(Principal, request.user)
    values: dict[str, Any] = {
        "account": principal.account_id,
        "principal": principal.identity,
        "route": f"{request.method} {request.path}"[:300],
        "key": key,
    }
    asked = request.META.get("QUERY_STRING", "").encode() + b"\0" + _body(request)
    fingerprint = hashlib.sha256(asked).digest()
    with connection.cursor() as cursor:
        cursor.execute(
            RESERVE, values | {"fingerprint": fingerprint, "lock": LOCK_SECONDS, "keep": RETENTION_HOURS}
        )
        row = cursor.fetchone()
    return Reservation(*row) if row else _replay_or_conflict(values, fingerprint)


def fingerprint_of(request: Request) -> str:
    """A name for the wish under this request's key, the same whenever it is repeated; "" without a key."""
    key = request.headers.get(HEADER)
    principal = cast(Principal, request.user)
    told = f"{principal.identity}\0{request.path}\0{key}"
    return hashlib.sha256(told.encode()).hexdigest() if key else ""


def purge() -> int:
    """Delete the records that are past their time; how many there were."""
    gone, _ = IdempotencyRecord.objects.filter(
        created_at__lt=Now() - timedelta(hours=RETENTION_HOURS)
    ).delete()
    return gone


def _body(request: Request) -> bytes:
    """The raw body, kept by Django for the parser that reads it next."""
    try:
        return bytes(request._request.body)
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise TooLarge from error


def _replay_or_conflict(values: dict[str, Any], fingerprint: bytes) -> Reservation:
    named = {name: value for name, value in values.items() if name != "account"}
    record = IdempotencyRecord.objects.filter(account_id=values["account"], **named).first()
    if record is not None and bytes(record.fingerprint) != fingerprint:
        raise Unprocessable(f"This {HEADER} was used with another body; use a fresh key.")
    if record is None or record.status is None:
        raise Conflict(f"A request with this {HEADER} is still running; try again in a moment.")
    try:
        body = unseal(bytes(record.body or b"").decode(), aad=_aad(record.pk))
    except DecryptionFailed as error:
        raise Conflict(f"The answer under this {HEADER} can no longer be read; use a fresh key.") from error
    raise Replay(record.status, body.encode())


def _aad(record_id: int) -> str:
    return f"IdempotencyRecord/{record_id}/body"
