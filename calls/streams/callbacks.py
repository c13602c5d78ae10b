"""Step `callback`: tell a stream's status_callback_url what has happened, in Vobiz's form.

A form by POST, or the same fields in the query by GET; signed with the account's callback secret.
Source of the form: docs.vobiz.ai, pages xml/stream and concepts/validating-callbacks.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Literal, NamedTuple
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from calls.models.media_stream import MediaStream
from calls.models.stream_step import StreamStep
from calls.streams.callback_order import START, STOP, put_callback
from calls.streams.callback_signing import signature_headers
from calls.streams.kinds import Change
from liveplatform.accounts.callback_secrets import secrets_of
from liveplatform.accounts.models import Account
from liveplatform.webhooks.delivery import send
from liveplatform.work.models import AttemptFn
from liveplatform.work.outcomes import skip

Event = Literal[
    "StartStream", "StopStream", "DroppedStream", "DegradedStream", "PlayedStream", "ClearedAudio"
]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Sender(NamedTuple):
    """What the callbacks of one account say of it, and what signs them."""

    auth_id: str
    secret: str


def status_callback_url_of(stream: MediaStream) -> str:
    """The customer's address, or "". Its query is a secret: it is sealed, and not in `parameters`."""
    return str(
        stream.secrets().get("status_callback_url") or stream.parameters.get("status_callback_url", "")
    )


def tell_changes(changes: Sequence[Change]) -> None:
    """Queue StartStream and StopStream of these locked streams: each once, for one that ran."""
    for change in changes:
        stream = change.stream
        if stream.started_at and change.before == MediaStream.Status.STARTING:
            tell(stream, START, at=stream.started_at)
        if stream.started_at and stream.is_over:
            tell(stream, STOP, at=stream.stopped_at)


def tell(
    stream: MediaStream,
    event: Event,
    *,
    at: datetime | None = None,
    error: str = "",
    name: str = "",
    slot: str = "",
) -> None:
    """Queue a callback of a locked stream, if it has a status_callback_url; once per slot.

    `name`: of the checkpoint that was played. `slot`: distinguishes callbacks of the same event.
    """
    if stream.parameters.get("status_callback_url"):
        time = (at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
        put_callback(stream, event, {"at": time, "error": error, "name": name}, slot=slot)


def senders_of(account_ids: Collection[UUID]) -> Mapping[UUID, Sender]:
    """The sender of each of these accounts; their secrets are made if they have none."""
    if not account_ids:
        return {}
    secrets = secrets_of(account_ids)
    auth_ids = Account.objects.filter(pk__in=account_ids).values_list("pk", "auth_id")
    return {pk: Sender(auth_id, secrets[pk]) for pk, auth_id in auth_ids}


def attempt(step: StreamStep, sender: Sender) -> AttemptFn:
    """One request. An attempt that is answered by a 2xx is the last."""
    stream = step.stream
    url = status_callback_url_of(stream)
    if not url:
        return partial(skip, "The stream has no status_callback_url.")
    form = urlencode(_fields(step, sender))
    headers = signature_headers(url, sender.secret)
    if stream.parameters.get("status_callback_method", "POST").upper() == "GET":
        return send("GET", _with_query(url, form), body=None, headers=headers, account_id=stream.account_id)
    return send("POST", url, body=form.encode(), headers=headers | FORM, account_id=stream.account_id)


def _fields(step: StreamStep, sender: Sender) -> dict[str, str]:
    stream, says = step.stream, step.payload
    stored, call = stream.parameters, stream.call
    fields = {
        "Event": says["event"],
        "CallUUID": str(stream.call_id or ""),
        "StreamID": str(stream.pk),
        "From": call.from_number if call else "",
        "To": call.to_number if call else "",
        "Timestamp": says["at"],
        "ParentAuthID": sender.auth_id,
        "status_callback_url": status_callback_url_of(stream),
        "status_callback_method": stored.get("status_callback_method", "POST"),
        "Error": says["error"],
    }
    if says["event"] == START:
        fields["ServiceURL"] = stored["service_url"]
    if says["name"]:
        fields["Name"] = says["name"]
    return fields


def _with_query(url: str, query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))
