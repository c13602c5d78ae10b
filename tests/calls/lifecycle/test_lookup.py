"""Looking up a call: by account, and by channel."""

import pytest

from calls.exceptions import CallNotFound
from calls.lifecycle.lookup import get_call
from calls.models import Call
from tests.support.factories import phone_call


def test_a_call_of_the_account_is_found(account):
    call = phone_call(account)
    assert get_call(call.pk, account.pk) == get_call(call.pk, account.pk, Call.Channel.PHONE) == call


def test_a_call_of_another_channel_is_not_found(account):
    with pytest.raises(CallNotFound):
        get_call(phone_call(account).pk, account.pk, Call.Channel.VIDEO)


def test_another_accounts_call_is_not_found(account):
    other = Call.objects.exclude(account=account).first()
    with pytest.raises(CallNotFound):
        get_call(other.pk, account.pk)
