"""The queue of recording syncs is registered, and names its call in log lines."""

from calls.models import RecordingSync
from calls.recordings.queue import RECORDING_SYNCS
from liveplatform.work.queue import queue_named
from tests.support.factories import video_call


def test_it_is_registered_by_name_and_logs_the_call(account):
    assert queue_named("recording_syncs") is RECORDING_SYNCS
    call = video_call(account)
    assert RECORDING_SYNCS.log_context(RecordingSync(call=call)) == {"call_id": str(call.pk)}
