"""The RSA pair of webhooks: one, sealed, rotated, published."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from sessions_app.livestreams.keys import current_pair, rotate, sign
from sessions_app.models import WebhookKeyPair
from tests.support.concurrency import at_once


@pytest.mark.django_db(transaction=True)
def test_of_many_first_uses_at_once_one_pair_is_kept():
    assert len({pair.pk for pair in at_once(6, lambda _: current_pair())}) == 1
    assert WebhookKeyPair.objects.count() == 1


def test_it_is_sealed_and_signs(db):
    pair = current_pair()
    assert "PRIVATE" not in pair.sealed_private_key
    public = serialization.load_pem_public_key(pair.public_key.encode())
    public.verify(base64.b64decode(sign(pair.private_key, b"{}")), b"{}", padding.PKCS1v15(), hashes.SHA256())


def test_rotation_publishes_the_new_key(db):
    before = _published()
    call_command("rotate_webhook_keys")
    assert _published() == current_pair().public_key != before
    assert WebhookKeyPair.objects.count() == 2


def test_two_pairs_never_sign(db):
    current_pair()
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookKeyPair.objects.filter(pk=rotate().pk).update(retired_at=None)
        WebhookKeyPair.objects.update(retired_at=None)


def test_sealed_pairs_are_sealed_anew(db, settings):
    current_pair()
    settings.ENCRYPTION_KEYS = f"next:{base64.b64encode(bytes(32)).decode()},{settings.ENCRYPTION_KEYS}"
    call_command("rotate_encryption")
    assert current_pair().sealed_private_key.startswith("next:")
    assert "PRIVATE" in current_pair().private_key


def test_the_public_key_is_read_only():
    assert Client(enforce_csrf_checks=True).post("/.well-known/webhooks.json").status_code == 405


def _published():
    answer = Client().get("/.well-known/webhooks.json")
    body = answer.json()
    assert answer.status_code == 200 and body.keys() == {"success", "data", "message"}
    return body["data"]["publicKey"]
