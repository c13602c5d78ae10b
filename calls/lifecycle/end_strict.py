"""Ending a call strictly (surface A): the provider is asked inside the request.

The wish to end is on record first, as a terminate step that this request claims like any worker. So
when the provider fails, or this process dies, a later retry or a worker carries the wish on. No
transaction is open while the provider is asked.
"""

import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from calls.lifecycle.end import end, get_call
from calls.models import Call, Step
from calls.models.end_code import DEFAULT_REASON, EndCode
from liveplatform.db.uuid7 import uuid7
from liveplatform.work.models import NO_KEY
from liveplatform.work.run_one import run_inline
from providers.errors import NotConfigured, Unavailable

# Keep the wish, with its words, if nobody had it before.
REQUEST_END = """
UPDATE calls_call
SET end_requested_at = now(), updated_at = now(), disconnect_reason = %(reason)s, end_code = %(code)s,
    ended_by = %(actor)s
WHERE id = %(call)s AND ended_at IS NULL AND end_requested_at IS NULL
"""

ADD_TERMINATE = """
INSERT INTO calls_step (id, call_id, kind, concurrency_key, due_at, max_attempts)
VALUES (%(id)s, %(call)s, 'terminate', %(concurrency_key)s, now() + interval '1 second', %(max_attempts)s)
ON CONFLICT (call_id, kind) DO NOTHING
"""

POLL_INTERVAL = 0.05


def end_strictly(
    call_id: UUID,
    *,
    account_id: UUID,
    reason: str = "",
    code: EndCode = EndCode.ENDED_BY_API,
    actor: str,
    channel: Call.Channel | None = None,
) -> Call:
    """End a call at its provider, then on the record; an ended call comes back as it is.

    Raises CallNotFound, NotConfigured (no usable connection) or Unavailable (the provider failed, or
    does not agree yet); after the latter two the wish is kept and carried on by a worker.
    """
    call = get_call(call_id, account_id, channel)
    if call.is_over:
        return call
    if not call.provider_call_id:
        return end(call_id, account_id=account_id, reason=reason, code=code, actor=actor).call
    step = _request_end(call, reason or DEFAULT_REASON, code, actor)
    if step.is_settled:
        step.retry()
    return _result(call) if run_inline(step) else _await_other(call)


def _request_end(call: Call, reason: str, code: EndCode, actor: str) -> Step:
    wish: dict[str, Any] = {"call": call.pk, "reason": reason, "code": code.value, "actor": actor}
    step: dict[str, Any] = {
        "id": uuid7(),
        "call": call.pk,
        "concurrency_key": call.connection_id or NO_KEY,
        "max_attempts": Step.MAX_ATTEMPTS["terminate"],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REQUEST_END, wish)
        cursor.execute(ADD_TERMINATE, step)
    return Step.objects.get(call=call, kind=Step.Kind.TERMINATE)


def _await_other(call: Call) -> Call:
    """Somebody else is asking: their answer is ours."""
    until = time.monotonic() + settings.PROVIDER_TIMEOUT + 1
    while time.monotonic() < until:
        time.sleep(POLL_INTERVAL)
        if not Step.objects.filter(call=call, kind="terminate", state="running").exists():
            break
    return _result(call)


def _result(call: Call) -> Call:
    """The ended call, or the error that the last attempt left on its step."""
    call.refresh_from_db()
    if call.is_over:
        return call
    step = Step.objects.get(call=call, kind=Step.Kind.TERMINATE)
    last = step.log[-1] if step.log else {}
    if last.get("code") == "not_configured":
        raise NotConfigured(step.error)
    raise Unavailable(step.error or "The provider did not answer in time; the end is being carried on.")
