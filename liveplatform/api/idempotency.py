"""Idempotency-Key: the same request twice has one effect and one answer.

A record is taken before the view runs (one statement; a crash frees it after LOCK seconds) and the
answer is written into it inside the view's own transaction, so effect and answer stand or fall together.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpResponse, UnreadablePostError
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from liveplatform.accounts.principal import Principal
from liveplatform.api.errors import Conflict, TooLarge, Unprocessable
from liveplatform.api.models import IdempotencyRecord

HEADER = "Idempotency-Key"
METHODS = ("POST", "PATCH", "DELETE")
LOCK = 60  # seconds
KEEP = 24  # hours
PROPER = re.compile(r"[\x20-\x7e]{1,255}")

TAKE = """
INSERT INTO api_idempotencyrecord (account_id, principal, route, key, fingerprint, locked_until, created_at)
VALUES (%(account)s, %(principal)s, %(route)s, %(key)s, %(fingerprint)s,
        now() + make_interval(secs => %(lock)s), now())
ON CONFLICT (account_id, principal, route, key) DO UPDATE
SET locked_until = now() + make_interval(secs => %(lock)s), fingerprint = EXCLUDED.fingerprint,
    status = NULL, body = NULL, created_at = now()
WHERE (api_idempotencyrecord.status IS NULL AND api_idempotencyrecord.locked_until < now())
   OR api_idempotencyrecord.created_at < now() - make_interval(hours => %(keep)s)
RETURNING id
"""


class Replay(Exception):
    """The request was answered before; this is that answer."""

    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__()
        self.response = HttpResponse(
            bytes(record.body or b""), status=record.status, content_type="application/json"
        )
        self.response["Idempotency-Replayed"] = "true"


@dataclass(frozen=True)
class Taken:
    """A record that this request holds."""

    id: int

    def write(self, status: int, body: bytes) -> None:
        """Keep the answer; in the view's transaction."""
        IdempotencyRecord.objects.filter(pk=self.id).update(status=status, body=body, locked_until=None)

    def free(self) -> None:
        """Nothing worth repeating came of it: the same key may try again."""
        IdempotencyRecord.objects.filter(pk=self.id).delete()


def take(request: Request) -> Taken | None:
    """Take the key of this request, if it has one. Raises Replay, 409 (under way), 422 (other body), 400."""
    key = request.headers.get(HEADER)
    if key is None or request.method not in METHODS:
        return None
    if not PROPER.fullmatch(key):
        raise ParseError(f"{HEADER} must be 1 to 255 printable ASCII characters.")
    principal = cast(Principal, request.user)
    values: dict[str, Any] = {
        "account": principal.account_id,
        "principal": principal.label,
        "route": f"{request.method} {request.path}"[:300],
        "key": key,
    }
    fingerprint = hashlib.sha256(_body(request)).digest()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values | {"fingerprint": fingerprint, "lock": LOCK, "keep": KEEP})
        row = cursor.fetchone()
    return Taken(row[0]) if row else _judge(values, fingerprint)


def _body(request: Request) -> bytes:
    """The raw body, kept by Django for the parser that reads it next."""
    try:
        return bytes(request._request.body)
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise TooLarge from error


def _judge(values: dict[str, Any], fingerprint: bytes) -> Taken:
    named = {name: value for name, value in values.items() if name != "account"}
    record = IdempotencyRecord.objects.filter(account_id=values["account"], **named).first()
    if record is not None and bytes(record.fingerprint) != fingerprint:
        raise Unprocessable(f"This {HEADER} was used with another body; use a fresh key.")
    if record is None or record.status is None:
        raise Conflict(f"A request with this {HEADER} is still running; try again in a moment.")
    raise Replay(record)
