"""A wrong or missing encryption key is noticed before anything is served."""

from base64 import b64encode
from io import StringIO

import pytest
from django.core.management import call_command

from liveplatform.accounts.connections import upsert_connection
from liveplatform.accounts.models import Account, Connection
from liveplatform.security.encryption_keys import WrongKeys, verify
from liveplatform.security.models import EncryptionKey
from tests.support.concurrency import at_once

SECRETS = {"account_sid": "AC1", "auth_token": "canary"}


def key(id: str, byte: int) -> str:
    return f"{id}:{b64encode(bytes([byte]) * 32).decode()}"


@pytest.fixture
def sealed(db, settings) -> Connection:
    """A secret that was sealed with the first key, which is recorded."""
    settings.ENCRYPTION_KEYS = key("k1", 1)
    verify()
    return upsert_connection(Account.objects.create(name="tenant"), "twilio", SECRETS)


def test_the_same_keys_are_accepted_with_one_query(sealed, django_assert_num_queries):
    with django_assert_num_queries(1):
        verify()


def test_no_key_is_stored(sealed, settings):
    (recorded,) = EncryptionKey.objects.values_list("key_id", "fingerprint")
    assert recorded[0] == "k1"
    assert len(recorded[1]) == 64
    assert (bytes([1]) * 32).hex() != recorded[1]


def test_another_key_under_the_same_id_is_refused(sealed, settings):
    settings.ENCRYPTION_KEYS = key("k1", 2)
    with pytest.raises(WrongKeys, match="'k1' is another key than before, and secrets need it: 1. Put back"):
        verify()


def test_a_missing_key_is_refused_while_secrets_need_it(sealed, settings):
    settings.ENCRYPTION_KEYS = key("k2", 2)
    with pytest.raises(WrongKeys, match="'k1' is missing"):
        verify()


def test_a_malformed_setting_is_named(db, settings):
    settings.ENCRYPTION_KEYS = "k1:short"
    with pytest.raises(WrongKeys, match="ENCRYPTION_KEYS: key 'k1'"):
        verify()


def test_rotation_keeps_it_true(sealed, settings):
    for step in (f"{key('k1', 1)},{key('k2', 2)}", f"{key('k2', 2)},{key('k1', 1)}"):
        settings.ENCRYPTION_KEYS = step
        verify()
    out = StringIO()
    call_command("rotate_encryption", stdout=out)
    assert "Nothing is sealed with k1 any more" in out.getvalue()
    settings.ENCRYPTION_KEYS = key("k2", 2)
    verify()
    assert Connection.objects.get(pk=sealed.pk).credentials() == SECRETS
    settings.ENCRYPTION_KEYS = key("k2", 3)
    with pytest.raises(WrongKeys, match="'k2' is another"):
        verify()


def test_an_id_with_which_nothing_is_sealed_may_be_given_again(db, settings):
    settings.ENCRYPTION_KEYS = key("k1", 1)
    verify()
    settings.ENCRYPTION_KEYS = key("k1", 2)
    verify()
    settings.ENCRYPTION_KEYS = key("k1", 2)
    verify()


def test_secrets_from_before_there_were_fingerprints(sealed, settings):
    EncryptionKey.objects.all().delete()
    settings.ENCRYPTION_KEYS = key("k1", 2)
    with pytest.raises(WrongKeys, match="does not open"):
        verify()
    assert not EncryptionKey.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_first_starts_at_once_record_one(settings):
    settings.ENCRYPTION_KEYS = key("k1", 1)
    EncryptionKey.objects.all().delete()
    at_once(8, lambda _: verify())
    assert EncryptionKey.objects.count() == 1
