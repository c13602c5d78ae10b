"""Recordings of the sandbox: added, in order, deleted."""

from providers.sandbox.recordings import TWO_WEEKS, Recordings
from providers.sandbox.vendor import Sandbox


def test_recordings_are_kept_by_call_oldest_first():
    recordings = Recordings(Sandbox())
    first, second = recordings.add({"id": "a"}), recordings.add({"id": "a", "seconds": 5, "life": 60})
    recordings.add({"id": "b"})
    assert recordings.of("a") == [first, second]
    assert (first["seconds"], first["life"], first["status"]) == (60, TWO_WEEKS, "completed")
    assert (second["seconds"], second["life"]) == (5, 60)


def test_all_recordings_of_a_call_are_deleted_at_once():
    recordings = Recordings(Sandbox())
    recordings.add({"id": "a"})
    recordings.delete("a")
    recordings.delete("a")
    assert recordings.of("a") == []


def test_all_vendors_share_the_store_of_a_sandbox():
    sandbox = Sandbox()
    Recordings(sandbox).add({"id": "a"})
    assert len(Recordings(sandbox).of("a")) == 1
