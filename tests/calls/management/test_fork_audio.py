"""fork_audio against the bot of docs/voice-bots.md, a process of its own."""

import os
import re
import socket
import subprocess
import sys
import time
import wave
from array import array

import pytest
from django.core.management import CommandError, call_command

from providers.sandbox.forker.codec import decode, encode
from tests.environment import ROOT

BOT = re.search(r"```python\n(.*?)```", (ROOT / "docs/voice-bots.md").read_text(), re.S)[1]


@pytest.fixture(scope="module")
def bot_url(tmp_path_factory):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    file = tmp_path_factory.mktemp("bot") / "bot.py"
    file.write_text(BOT.replace("8765", port))
    process = subprocess.Popen([sys.executable, str(file)], stdout=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while socket.socket().connect_ex(("127.0.0.1", int(port))):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    yield f"ws://127.0.0.1:{port}/audio"
    process.terminate()
    process.wait()


@pytest.fixture
def hello(tmp_path):
    """A second of a rising sound."""
    samples = array("h", range(-16000, 16000, 4))
    with wave.open(str(tmp_path / "hello.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    return tmp_path / "hello.wav", decode(encode(samples, "x-mulaw", "little"), "x-mulaw", "little")


def fork_audio(*arguments):
    call_command("fork_audio", *[str(argument) for argument in arguments])


@pytest.mark.parametrize("protocol", ["vobiz", "plivo"])
def test_the_bot_of_the_page_echoes_what_was_said(bot_url, hello, tmp_path, capsys, protocol):
    wav, said = hello
    out = tmp_path / "out.wav"
    fork_audio(
        wav, "--to", bot_url, "--protocol", protocol, "--codec", "x-mulaw", "--seconds", 2, "--record", out
    )
    with wave.open(str(out)) as file:
        heard = array("h", file.readframes(file.getnframes()))
    # A late frame leaves a gap in what is heard, and no sound is lost.
    assert [sample for sample in heard if sample] == [sample for sample in said if sample]
    printed = capsys.readouterr().out
    assert "connected: stream" in printed and "stopped" in printed and "frames sent, 0 lost" in printed


def test_keys_are_pressed_and_what_is_not_understood_is_said(bot_url, capsys):
    keys = ("--dtmf", "1@0", "2@0.1")
    fork_audio("--to", bot_url, "--protocol", "plivo", "--seconds", "1", *keys)
    printed = capsys.readouterr().out
    assert "the caller pressed 1" in printed and "the caller pressed 2" in printed
    fork_audio("--to", bot_url, "--protocol", "vobiz", "--seconds", "0.5", *keys)
    assert "keys cannot be sent" in capsys.readouterr().out


def test_nothing_played_back_is_said(bot_url, tmp_path, capsys):
    out = tmp_path / "out.wav"
    fork_audio(
        "--to",
        bot_url,
        "--protocol",
        "plivo",
        "--one-way",
        "--track",
        "both",
        "--seconds",
        0.3,
        "--record",
        out,
    )
    assert "played nothing back" in capsys.readouterr().out and not out.exists()


def test_a_refusal_has_an_exit_status_of_its_own(bot_url, capsys):
    with pytest.raises(SystemExit) as exit:
        fork_audio("--to", bot_url + "/nowhere", "--protocol", "twilio")
    assert exit.value.code == 1
    assert "refused with HTTP 404" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (("--to", "http://localhost/"), "ws://"),
        (("--codec", "opus"), "x-mulaw;rate=8000"),
        (("--protocol", "twilio", "--codec", "x-l16"), "x-mulaw only"),
        (("--track", "both"), "--one-way"),
        (("--parameters", "alone"), "NAME=VALUE"),
        (("--dtmf", "12x"), "0 to 9"),
        (("--dtmf", "12@soon"), "soon"),
        (("--record", "/nowhere/out.wav"), "no folder"),
        (("/nowhere/hello.wav",), "nowhere"),
        ((__file__,), "no WAV file"),
    ],
)
def test_wrong_arguments_are_explained(given, why):
    with pytest.raises(CommandError, match=why) as refused:
        fork_audio("--to", "ws://127.0.0.1:9/", "--protocol", "vobiz", *given)
    assert refused.value.returncode == 2


def test_it_needs_no_platform(bot_url, tmp_path):
    """Neither the servers of the platform nor its database: with ctrl-C it ends in order."""
    arguments = [
        "fork_audio",
        "--to",
        bot_url,
        "--protocol",
        "plivo",
        "--record",
        "out.wav",
        "--codec",
        "x-mulaw",
    ]
    nowhere = {"VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": "", "REDIS_URL": ""}
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        cwd=tmp_path,
        env=os.environ | nowhere,
        stdout=subprocess.PIPE,
        text=True,
    )
    while "connected" not in process.stdout.readline():
        assert process.poll() is None
    time.sleep(0.5)
    process.send_signal(2)
    assert process.wait(10) == 0
    assert (tmp_path / "out.wav").exists() and not (tmp_path / "var/postgres").exists()
