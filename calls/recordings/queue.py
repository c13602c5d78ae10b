"""The queue of recording syncs: each asks a call's provider for its recordings."""

from calls.models.recording_sync import RecordingSync
from calls.queues import call_context, lock_calls
from calls.recordings import sync
from liveplatform.work.queue import Queue

RECORDING_SYNCS = Queue(
    model=RecordingSync,
    prepare=sync.prepare,
    lock=lock_calls,
    settled=sync.settled,
    log_context=call_context,
)
