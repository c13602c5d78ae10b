"""create_account: an account with its first key."""

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command

from liveplatform.accounts import keys
from liveplatform.accounts.keys import authenticate
from liveplatform.accounts.models import Account


def run(*arguments: object, **options: object) -> str:
    out = io.StringIO()
    call_command(*[str(argument) for argument in arguments], stdout=out, **options)
    return out.getvalue()


@pytest.fixture(autouse=True)
def fresh():
    keys.clear_cache()


def test_create_account_prints_one_json_object(db):
    made = json.loads(run("create_account", "Acme", "--json"))
    assert set(made) == {"account_id", "auth_id", "api_key"}
    assert re.fullmatch(r"[0-9a-f]{32}", made["account_id"])
    assert re.fullmatch(r"MA[A-Z0-9]{18}", made["auth_id"])
    principal = authenticate(made["api_key"])
    assert principal.account_id.hex == made["account_id"]
    assert principal.scopes == {"read:live", "write:live", "admin:live"}


def test_create_account_prints_readable_text(db):
    output = run("create_account", "Acme", "--scope", "read:live")
    key = re.search(r"lp_\S+", output).group()
    assert authenticate(key).scopes == {"read:live"}
    assert "not shown again" in output


@pytest.mark.parametrize("name", ["", "  ", "x" * 201])
def test_create_account_needs_a_name(db, name):
    with pytest.raises(CommandError):
        run("create_account", name)
    assert not Account.objects.exists()


@pytest.mark.parametrize("name", ["Acme", "ACME", "  acme "])
def test_a_name_that_is_taken_is_refused(db, name):
    run("create_account", "Acme")
    with pytest.raises(CommandError, match="already; choose another name"):
        run("create_account", name)
    assert Account.objects.filter(name__iexact="acme").count() == 1
