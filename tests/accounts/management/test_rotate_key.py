"""rotate_key: a successor with an overlap."""

import io
import re

import pytest
from django.core.management import CommandError, call_command

from liveplatform.accounts import keys
from liveplatform.accounts.keys import authenticate, make_key, revoke


def run(*arguments: object, **options: object) -> str:
    out = io.StringIO()
    call_command(*[str(argument) for argument in arguments], stdout=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def fresh():
    keys.clear_cache()


def test_rotate_key_prints_the_successor(account):
    old, old_text = make_key(account, name="ci", scopes=["read:live"])
    output = run("rotate_key", old.public_id, "--hours", "1")
    new_text = re.search(r"lp_\S+", output).group()
    assert authenticate(new_text).scopes == {"read:live"}
    assert authenticate(old_text)


def test_rotate_key_rotates_a_key_once(account):
    key, _ = make_key(account)
    run("rotate_key", key.public_id)
    with pytest.raises(CommandError, match="rotated already"):
        run("rotate_key", key.public_id)


def test_rotate_key_refuses_a_revoked_key(account):
    key, _ = make_key(account)
    revoke(key)
    for public_id in (key.public_id, "nobody"):
        with pytest.raises(CommandError):
            run("rotate_key", public_id)


@pytest.mark.parametrize("hours", ["-3", "721", "nan", "inf"])
def test_rotate_key_refuses_an_overlap_out_of_bounds(account, hours):
    key, _ = make_key(account)
    with pytest.raises(CommandError, match="0 to 720"):
        run("rotate_key", key.public_id, f"--hours={hours}")
    assert not account.api_keys.exclude(pk=key.pk).exists()
