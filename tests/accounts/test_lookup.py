"""find_account: by id, auth_id or name."""

import pytest
from django.core.management import CommandError

from liveplatform.accounts.lookup import find_account


@pytest.mark.parametrize("text", ["account_id", "pk", "auth_id", "name"])
def test_an_account_is_found_by_each_of_its_names(account, text):
    assert find_account(str(getattr(account, text))) == account


@pytest.mark.parametrize("text", ["nobody", "0" * 32, "MA" + "0" * 18, "", "0" * 36])
def test_an_unknown_account_is_an_error(account, text):
    with pytest.raises((CommandError, ValueError), match="No account|badly formed"):
        find_account(text)


def test_a_name_is_found_in_any_case(account):
    assert find_account(account.name.upper()) == account
