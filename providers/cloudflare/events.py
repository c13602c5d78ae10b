"""RealtimeKit's webhooks, verified and parsed.

Source: developers.cloudflare.com/realtime/realtimekit/webhooks. `rtk-signature` is the base64 RSA-SHA256
(PKCS#1 v1.5) of the raw body; names are in camel case, other than in REST. A body holds no time and no
number, and the id of the delivery is not signed: an old capture cannot be told from a new event. So an event
is a reason to look, and proves no state.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from providers.cloudflare.keys import WebhookKeys
from providers.cloudflare.wire import STATUSES
from providers.errors import BadSignature
from providers.events import ProviderEventData, StreamNews, as_mapping, json_body, lower_keys, non_empty_text

SIGNATURES, DELIVERIES = ("rtk-signature", "dyte-signature"), ("rtk-uuid", "dyte-uuid")
KEPT_HEADERS = (*SIGNATURES, *DELIVERIES, "rtk-webhook-id", "dyte-webhook-id")
# Fields of a body that are never stored.
SECRETS = frozenset({"streamKey", "ingestServer"})
STATUS_UPDATE = "livestreaming.statusUpdate"


def parse(keys: WebhookKeys, headers: Mapping[str, str], body: bytes) -> ProviderEventData:
    """The event in a request that RealtimeKit signed.

    Raises BadSignature, NotConfigured while its key cannot be fetched, and Rejected (code "malformed").
    """
    sent = lower_keys(headers)
    _verify(keys, next((sent[name] for name in SIGNATURES if name in sent), ""), body)
    document = json_body("Cloudflare", body, "event")
    delivery = next((sent[name] for name in DELIVERIES if name in sent), "")
    return _event(document, f"{delivery}:{hashlib.sha256(body).hexdigest()}")


def _verify(keys: WebhookKeys, header: str, body: bytes) -> None:
    try:
        signature = base64.b64decode(header, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("The signature is not base64.") from error
    if not signature:
        raise BadSignature("The event has no signature.")
    key = keys.current()
    if _is_signed(key, signature, body):
        return
    newer = keys.newer_than(key)
    if newer is None or not _is_signed(newer, signature, body):
        raise BadSignature("The signature is not RealtimeKit's for this body.")


def _is_signed(key: RSAPublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


def _event(document: Mapping[str, Any], dedup_key: str) -> ProviderEventData:
    meeting = as_mapping(document.get("meeting"))
    stream_id, raw_status = document.get("streamId"), str(document.get("status") or "")
    is_stream = document["event"] == STATUS_UPDATE and isinstance(stream_id, str) and bool(stream_id)
    return ProviderEventData(
        dedup_key=dedup_key,
        kind="stream" if is_stream else "other",
        type=document["event"],
        resource=str(meeting.get("id") or ""),
        resource_type="meeting" if meeting.get("id") else "",
        raw_status=raw_status,
        stream=StreamNews(STATUSES.get(raw_status, "unknown"), id=str(stream_id)) if is_stream else None,
        details=non_empty_text(session_id=meeting.get("sessionId")),
    )
