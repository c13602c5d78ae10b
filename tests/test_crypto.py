"""Sealed secrets open in their own place, with a key that is there, unaltered; anything else fails closed."""

import base64
import secrets

import pytest

from liveplatform import crypto
from liveplatform.crypto import DecryptionFailed, check_keys, seal, sealed_with_newest, unseal


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.ENCRYPTION_KEYS = f"{key('new')},{key('old')}"


def flipped(sealed: str, place: int) -> str:
    name, _, body = sealed.partition(":")
    raw = bytearray(base64.b64decode(body))
    raw[place] ^= 1
    return f"{name}:{base64.b64encode(raw).decode()}"


def cut(sealed: str, length: int) -> str:
    name, _, body = sealed.partition(":")
    return f"{name}:{base64.b64encode(base64.b64decode(body)[:length]).decode()}"


@pytest.mark.parametrize("text", ["", "secret", "ä\u2028\U0001f600" * 500])
def test_what_was_sealed_opens(text):
    assert unseal(seal(text, aad="here"), aad="here") == text


def test_the_same_text_is_never_sealed_alike():
    assert len({seal("secret", aad="here") for _ in range(100)}) == 100


def test_a_sealed_text_names_its_key_and_nothing_of_its_text():
    sealed = seal("canary-secret", aad="here")
    assert sealed.startswith("new:")
    assert b"canary" not in sealed.encode() + base64.b64decode(sealed.partition(":")[2])


BROKEN = {
    "nothing": lambda sealed: "",
    "no key id": lambda sealed: sealed.partition(":")[2],
    "an unknown key id": lambda sealed: "gone:" + sealed.partition(":")[2],
    "another key's id": lambda sealed: "old:" + sealed.partition(":")[2],
    "the nonce altered": lambda sealed: flipped(sealed, 0),
    "the text altered": lambda sealed: flipped(sealed, 14),
    "the tag altered": lambda sealed: flipped(sealed, -1),
    "truncated by one byte": lambda sealed: cut(sealed, -1),
    "only the nonce": lambda sealed: cut(sealed, 12),
    "less than a nonce": lambda sealed: cut(sealed, 5),
    "no bytes": lambda sealed: "new:",
    "not base64": lambda sealed: "new:!!!",
    "not ASCII": lambda sealed: sealed + "é",
    "clear text": lambda sealed: "secret",
}


@pytest.mark.parametrize("breaking", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_does_not_open(breaking):
    with pytest.raises(DecryptionFailed) as raised:
        unseal(breaking(seal("secret", aad="here")), aad="here")
    assert "secret'" not in str(raised.value) or breaking is BROKEN["clear text"]


@pytest.mark.parametrize("elsewhere", ["", "here ", "tenant-2/Connection/1/secrets"])
def test_what_was_moved_does_not_open(elsewhere):
    with pytest.raises(DecryptionFailed):
        unseal(seal("secret", aad="tenant-1/Connection/1/secrets"), aad=elsewhere)


def test_an_older_key_opens_but_does_not_seal(settings):
    newer = settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = newer.split(",")[1]
    sealed = seal("secret", aad="here")
    settings.ENCRYPTION_KEYS = newer

    assert unseal(sealed, aad="here") == "secret"
    assert not sealed_with_newest(sealed)
    assert sealed_with_newest(seal("secret", aad="here"))


def test_a_key_that_was_taken_out_opens_nothing(settings):
    sealed = seal("secret", aad="here")
    settings.ENCRYPTION_KEYS = settings.ENCRYPTION_KEYS.split(",")[1]
    with pytest.raises(DecryptionFailed):
        unseal(sealed, aad="here")


@pytest.mark.parametrize(
    "wrong",
    ["", ":", "id", "id:", "id:short", "id:!!!", ":" + key("")[1:], f"{key('good')},bad:AAAA", "id:é"],
    ids=["none", "colon", "id", "id-colon", "short", "no-base64", "no-id", "one-bad", "no-ascii"],
)
def test_wrong_keys_are_reported_at_start(settings, wrong):
    settings.ENCRYPTION_KEYS = wrong
    assert [error.id for error in check_keys()] == ["crypto.E001"]


def test_proper_keys_are_not_reported():
    assert check_keys() == []
    assert crypto.NONCE == 12
