"""A deactivated account ends its live sessions and cancels its scheduled ones, if that was chosen."""

import pytest

from liveplatform.accounts.deactivation import StillRunning, deactivate
from liveplatform.admin.models import StaffOperation
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Session
from tests.sessions_app.factories import key_caller, session
from tests.support.draining import drain


def test_it_stays_active_without_the_choice(account):
    session(account)
    with pytest.raises(StillRunning, match="1 open sessions"):
        deactivate(account, end_running=False, actor="test")


def test_its_sessions_are_ended_or_cancelled(account, rooms):
    live = start_session(session(account).pk, key_caller(account))
    scheduled, over = session(account), session(account, status="ended")
    told = deactivate(account, end_running=True, actor="staff:ann")
    assert "2 sessions are being ended or cancelled." in told
    drain(StaffOperation)
    states = dict(Session.objects.values_list("pk", "status"))
    assert states == {live.pk: "ended", scheduled.pk: "cancelled", over.pk: "ended"}
