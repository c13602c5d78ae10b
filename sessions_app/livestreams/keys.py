"""The RSA pair that signs webhooks of livestreams: made at its first use, once, and rotated by a command.

A signature is base64 of RSA with SHA-256 (PKCS#1 v1.5) over the raw body, in the header `rtk-signature`:
https://developers.cloudflare.com/realtime/realtimekit/webhooks/
"""

import base64

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.db import transaction
from django.db.models.functions import Now

from liveplatform.db.uuid7 import uuid7
from sessions_app.models import WebhookKeyPair

BITS = 2048


def current_pair() -> WebhookKeyPair:
    """The pair that signs. Of several processes that make it at once, one's is kept."""
    found = WebhookKeyPair.objects.filter(retired_at=None).first()
    if found is None:
        WebhookKeyPair.objects.bulk_create([_new_pair()], ignore_conflicts=True)
        found = WebhookKeyPair.objects.get(retired_at=None)
    return found


def rotate() -> WebhookKeyPair:
    """Sign with a new pair from now on; the public key at the well-known address is then the new one."""
    fresh = _new_pair()
    with transaction.atomic():
        list(WebhookKeyPair.objects.select_for_update().filter(retired_at=None))
        WebhookKeyPair.objects.filter(retired_at=None).update(retired_at=Now())
        fresh.save(force_insert=True)
    return fresh


def sign(private_key: str, body: bytes) -> str:
    """The signature of a body, in base64; the key as PEM."""
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("The pair is no RSA pair.")
    return base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def _new_pair() -> WebhookKeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pair = WebhookKeyPair(id=uuid7(), public_key=public.decode())
    pair.private_key = private.decode()
    return pair
