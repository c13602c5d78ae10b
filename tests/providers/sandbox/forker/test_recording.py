from providers.sandbox.forker import recording as module
from providers.sandbox.forker.recording import Recording
from providers.sandbox.forker.wav import read


def test_pauses_between_are_kept_and_the_last_is_not(tmp_path):
    recording = Recording()
    recording.begin(8000)
    recording.pause(4)
    recording.add(b"\1\0\2\0")
    recording.pause(2)
    recording.add(b"\3\0")
    recording.pause(1000)
    assert recording.pcm() == b"\0\0\0\0\1\0\2\0\0\0\3\0"
    recording.save(str(tmp_path / "out.wav"))
    assert list(read(str(tmp_path / "out.wav")).inbound) == [0, 0, 1, 2, 0, 3]
    recording.close()


def test_the_silence_before_is_as_long_at_the_rate_of_the_first_sound():
    recording = Recording()
    recording.pause(16_000)
    recording.begin(16_000)
    recording.add(b"\1\0")
    assert recording.seconds == 1 + 1 / 16_000
    recording.close()


def test_it_has_a_limit(monkeypatch):
    monkeypatch.setattr(module, "MAX_SECONDS", 1)
    recording = Recording()
    recording.pause(10**9)
    recording.add(b"\1\0" * 50)
    recording.add(b"\1\0" * 50)
    assert recording.seconds == 1
    recording.close()
    assert recording.pcm() == b""
