"""What calls say, who listens and what was played back, over the sandbox's control API."""

import asyncio
import io
import wave
from array import array

import pytest
from aiohttp.test_utils import TestClient, TestServer

from providers.sandbox.forker import Forker, ForkRequest
from providers.sandbox.server import application
from tests.support.voice_bot import Bot, running, until


def wav_file(samples):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(array("h", samples).tobytes())
    return file.getvalue()


def try_out(steps, act=None, **forker):
    """Run `steps(client, forker, bot)` with a sandbox and a bot."""

    async def run():
        own = Forker(**forker)
        async with running(Bot(act)) as bot, TestClient(TestServer(application(forker=own))) as client:
            return await steps(client, own, bot)

    return asyncio.run(run())


def start(forker, bot, stream_id="s1", call_id="c1", protocol="plivo"):
    request = ForkRequest(protocol, stream_id, call_id, "MA1", bot.url, bidirectional=True)
    forker.start(request, lambda event: None)


def test_live_forks_are_listed_and_stopped():
    async def steps(client, forker, bot):
        start(forker, bot)
        start(forker, bot, "s2", "c2")
        visit = await bot.visit()
        await bot.visit(1)
        await until(lambda: len(visit.of("media")) > 2)
        shown = await (await client.get("/_sandbox/forks?call=c1")).json()
        assert [each["stream_id"] for each in shown] == ["s1"]
        assert shown[0]["connected"] and shown[0]["frames_sent"] > 2 and not shown[0]["ended"]
        assert shown[0]["media_format"] == "audio/x-mulaw;rate=8000"
        assert (await client.delete("/_sandbox/forks/s1")).status == 204
        await asyncio.wait_for(visit.closed.wait(), 1)
        assert [each["stream_id"] for each in await (await client.get("/_sandbox/forks")).json()] == ["s2"]
        assert (await client.delete("/_sandbox/forks/s1")).status == 404
        assert (await (await client.get("/_sandbox/forks/s1")).json())["ended"]

    try_out(steps)


def test_a_call_says_the_wav_that_was_uploaded():
    async def steps(client, forker, bot):
        said = await client.put("/_sandbox/speech?call=c1&once=1", data=wav_file([1000] * 800))
        assert await said.json() == {"seconds": 0.1, "rate": 8000}
        start(forker, bot)
        start(forker, bot, "s2", "c2")
        first, second = await bot.visit(0), await bot.visit(1)
        await until(lambda: len(first.of("media")) > 8 and len(second.of("media")) > 8)
        assert first.audio()[:1120] == b"\xce" * 800 + b"\xff" * 320
        assert second.audio()[:800] != b"\xce" * 800, "another call says what is made up"
        assert (await client.delete("/_sandbox/speech?call=c1")).status == 204
        assert forker._speech_of("c1") is forker._speech_of("c2")

    try_out(steps)


def test_a_call_says_a_file_of_the_folder_and_no_other(tmp_path):
    (tmp_path / "speeches").mkdir()
    (tmp_path / "speeches" / "hello.wav").write_bytes(wav_file([1] * 160))
    (tmp_path / "secret.wav").write_bytes(wav_file([1] * 160))
    (tmp_path / "speeches" / "link.wav").symlink_to(tmp_path / "secret.wav")

    async def steps(client, forker, bot):
        put = lambda name: client.put("/_sandbox/speech", params={"file": name})  # noqa: E731
        assert (await put("hello.wav")).status == 200
        for name in ("../secret.wav", str(tmp_path / "secret.wav"), "link.wav", "none.wav", ".", "a\0b"):
            answer = await put(name)
            assert (answer.status, "folder" in (await answer.json())["error"]) == (400, True), name

    try_out(steps, speech_folder=tmp_path / "speeches")


@pytest.mark.parametrize(("query", "body", "why"), [("", b"MP3", "WAV"), ("?file=x.wav", b"", "--speeches")])
def test_what_cannot_be_said_is_refused(query, body, why):
    async def steps(client, forker, bot):
        answer = await client.put(f"/_sandbox/speech{query}", data=body)
        assert answer.status == 400 and why in (await answer.json())["error"]

    try_out(steps)


def test_keys_are_pressed():
    async def steps(client, forker, bot):
        press = lambda stream, digits: client.post(f"/_sandbox/forks/{stream}/dtmf", json={"digits": digits})  # noqa: E731
        start(forker, bot)
        start(forker, bot, "s2", protocol="vobiz")
        visit = await bot.visit()
        await until(lambda: visit.of("media"))
        assert (await press("s1", "12#")).status == 204
        await until(lambda: len(visit.of("dtmf")) == 3)
        statuses = [
            (await press(*each)).status for each in (("s1", ""), ("s1", "x"), ("none", "1"), ("s2", "1"))
        ]
        assert statuses == [400, 400, 404, 409]

    try_out(steps)


def test_what_a_bot_played_back_is_a_wav():
    async def act(visit, message):
        if message["event"] == "start":
            await visit.play(b"\x80" * 400)
            await visit.say(event="checkpoint", name="done")

    async def steps(client, forker, bot):
        start(forker, bot)
        visit = await bot.visit()
        await until(lambda: visit.of("playedStream"))
        answer = await client.get("/_sandbox/forks/s1/recording")
        with wave.open(io.BytesIO(await answer.read())) as file:
            assert (file.getframerate(), file.getnchannels()) == (8000, 1)
            assert array("h", file.readframes(8000)).count(32124) == 400
        assert answer.content_type == "audio/wav"
        assert (await client.get("/_sandbox/forks/none/recording")).status == 404

    try_out(steps, act)
