"""A deactivated account's streams are stopped."""

import pytest

from calls.models import MediaStream, StreamStep
from calls.streams.stop import stop
from liveplatform.accounts.deactivation import StillRunning, deactivate, running
from tests.support.draining import drain


def test_open_streams_keep_an_account_active_or_are_stopped_with_it(fork, forks):
    stop(fork.start(), actor="key:test")
    fork.start()
    assert "1 open streams" in running(fork.account.pk)
    with pytest.raises(StillRunning):
        deactivate(fork.account, end_running=False, actor="staff:test")
    said = deactivate(fork.account, end_running=True, actor="staff:test")
    assert "1 open streams are being stopped." in said
    drain(StreamStep)
    assert forks.running() == []
    assert set(MediaStream.objects.values_list("status", flat=True)) == {"stopped"}
