import io
import struct
import wave
from array import array

import pytest

from providers.sandbox.forker.wav import BadWav, read, write


def wav_file(data, channels=1, width=2, rate=8000):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((channels, width, rate, 0, "NONE", ""))
        out.writeframes(data)
    return io.BytesIO(file.getvalue())


def encoded(tag, bits, data, extension=b""):
    head = struct.pack("<HHIIHH", tag, 1, 8000, 8000 * bits // 8, bits // 8, bits) + extension
    chunks = b"fmt " + struct.pack("<I", len(head)) + head + b"LIST\3\0\0\0abc\0"
    return b"RIFF\xff\xff\xff\xffWAVE" + chunks + b"data\xff\xff\xff\xff" + data


def test_mu_law_float_and_extensible_files_that_were_written_to_a_pipe():
    extension = struct.pack("<HHIH14s", 22, 24, 4, 1, b"")
    for file, expected in (
        (encoded(7, 8, b"\xff\x80\x00"), [0, 32124, -32124]),
        (encoded(3, 32, struct.pack("<4f", 0, 1, -1, 7)), [0, 32767, -32767, 32767]),
        (encoded(0xFFFE, 24, b"\7\0\x10\7\0\xf0\7", extension), [4096, -4096]),
    ):
        assert list(read(io.BytesIO(file)).inbound) == expected


@pytest.mark.parametrize(
    ("width", "data"),
    [
        (1, b"\x80\x90\x70"),
        (2, b"\0\0\0\x10\0\xf0"),
        (3, b"\7\0\0\7\0\x10\7\0\xf0"),
        (4, b"\7\7\0\0\7\7\0\x10\7\7\0\xf0"),
    ],
)
def test_samples_of_every_width(width, data):
    audio = read(wav_file(data, width=width))
    assert audio.inbound == array("h", [0, 4096, -4096])
    assert audio.outbound is audio.inbound


def test_two_channels_are_the_two_sides():
    audio = read(wav_file(array("h", [1, -1, 2, -2]).tobytes(), channels=2, rate=16000))
    assert (audio.inbound, audio.outbound) == (array("h", [1, 2]), array("h", [-1, -2]))
    assert audio.rate == 16000 and audio.seconds == 2 / 16000


def test_another_rate_has_both_sides():
    audio = read(wav_file(array("h", [1, -1] * 16000).tobytes(), channels=2, rate=16000)).at(8000)
    assert (set(audio.inbound), set(audio.outbound)) == ({1}, {-1})
    assert audio.rate == 8000 and audio.seconds == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no WAV file"),
        (b"RIFF\0\0\0\0WAVEfmt \4\0\0\0abcd", "no format"),
        (b"ID3 this is no WAV at all, is it?", "no WAV file"),
        (wav_file(b"").getvalue(), "more than 0"),
        (wav_file(bytes(60), channels=3).getvalue(), "3 channels"),
        (encoded(6, 8, b"\0"), "format 6, 8 bits"),
        (wav_file(bytes(60), rate=500).getvalue(), "500 samples per second"),
        (wav_file(bytes(1_202_000), width=1, rate=2000).getvalue(), "at most 600 s"),
    ],
)
def test_what_cannot_be_spoken_is_said(content, why):
    with pytest.raises(BadWav, match=why):
        read(io.BytesIO(content))


def test_what_was_written_is_read(tmp_path):
    path = str(tmp_path / "out.wav")
    write(path, 16000, array("h", [5, -5, 7]).tobytes())
    assert read(path).inbound == array("h", [5, -5, 7])
