"""Who asks, and what they are to a session."""

import pytest

from sessions_app.caller import Caller
from sessions_app.exceptions import NotAllowed
from tests.sessions_app.factories import HOST, key_caller, session, user_caller


def test_hosts_co_hosts_and_back_ends(account):
    row = session(account, co_host_ids=["helper"])
    for caller in (user_caller(account, HOST), user_caller(account, "helper"), key_caller(account)):
        caller.require_host_of(row)
    assert not key_caller(account).is_host_of(row), "it acts for nobody"


def test_others_are_refused(account):
    row = session(account)
    with pytest.raises(NotAllowed):
        user_caller(account, "anna").require_host_of(row)
    assert not Caller(account.pk, "jwt:").is_host_of(session(account, host_id=""))
