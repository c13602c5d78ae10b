"""Forks to a real WebSocket server: what it receives, when, and how a fork ends."""

import asyncio
from array import array

import pytest

from providers.sandbox.forker import fork as module
from providers.sandbox.forker.codec import decode
from providers.sandbox.forker.speech import Speech
from providers.sandbox.forker.wav import Audio
from tests.support.voice_bot import Bot, Forked, forked, running, until

PROTOCOLS = ("vobiz", "plivo", "twilio")
# 300 ms, one side rising and the other falling.
SAID = Audio(8000, array("h", range(0, 24000, 10)), array("h", range(24000, 0, -10)))


def first_event(protocol):
    return "connected" if protocol == "twilio" else "start"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_bot_is_told_and_hears_the_call_in_order(protocol):
    async def run():
        async with forked(Bot(), protocol=protocol) as fork:
            visit = await fork.bot.visit()
            await until(lambda: len(visit.of("media")) >= 10)
            assert visit.messages[0]["event"] == first_event(protocol)
            numbers = [int(each["sequenceNumber"]) for each in visit.messages if "sequenceNumber" in each]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            media = [each["media"] for each in visit.of("media")]
            assert [int(each["chunk"]) for each in media] == list(range(1, len(media) + 1))
            times = [int(each["timestamp"]) for each in media]
            assert [time - times[0] for time in times] == list(range(0, 20 * len(media), 20))
            assert fork.kinds() == ["started"]

    asyncio.run(run())


def test_audio_comes_in_real_time():
    async def run():
        async with forked(Bot()) as fork:
            visit = await fork.bot.visit()
            await until(lambda: len(visit.of("media")) >= 60)
            return visit.times[1:61]

    times = asyncio.run(run())
    assert 1.0 < times[-1] - times[0] < 1.6, "60 frames of 20 ms"


@pytest.mark.parametrize(("encoding", "rate"), [("x-mulaw", 8000), ("x-l16", 8000), ("x-l16", 16000)])
@pytest.mark.parametrize("protocol", ["vobiz", "plivo"])
def test_both_sides_of_a_stereo_wav_are_heard(protocol, encoding, rate):
    async def run():
        async with running(Bot()) as bot:
            fork = Forked(bot)
            fork.forker.speak(Speech(SAID, loop=False), "call-1")
            fork.start(protocol=protocol, encoding=encoding, sample_rate=rate, track="both")
            visit = await bot.visit()
            await until(lambda: len(visit.of("media")) >= 40)
            await fork.forker.close()
            return visit

    visit = asyncio.run(run())
    assert [each["media"]["track"] for each in visit.of("media")][:4] == ["inbound", "outbound"] * 2
    order = "big" if protocol == "vobiz" else "little"
    expected = SAID.at(rate)
    for track, said in (("inbound", expected.inbound), ("outbound", expected.outbound)):
        heard = decode(visit.audio(track), encoding, order)
        assert all(abs(a - b) <= abs(b) // 16 + 8 for a, b in zip(heard, said, strict=False))
        assert len(heard) > len(said) and set(heard[len(said) :]) == {0}, "then silence"


@pytest.mark.parametrize(
    ("kind", "rate"), [("audio/x-mulaw", 8000), ("audio/x-l16", 8000), ("audio/x-l16", 16000)]
)
def test_what_a_bot_plays_is_played_in_real_time_then_told_and_recorded(kind, rate):
    said = bytes(range(1, 251)) * 16  # 0.5 s, 0.25 s or 0.125 s

    async def act(visit, message):
        if message["event"] == "start":
            await visit.play(said[:1600], kind, rate)
            await visit.play(said[1600:], kind, rate)
            await visit.say(event="checkpoint", streamId="stream-1", name="said")

    async def run():
        async with forked(Bot(act), bidirectional=True) as fork:
            visit = await fork.bot.visit()
            played = await fork.told("played")
            await until(lambda: visit.of("playedStream"))
            heard = len(visit.of("media")) * 0.02
            recording = fork.forker.find("stream-1").playback.recording
            return played, visit.of("playedStream"), heard, recording.rate, recording.pcm()

    played, told, heard, recorded_rate, pcm = asyncio.run(run())
    assert played.name == "said" and told == [{"event": "playedStream", "name": "said"}]
    encoding = kind.removeprefix("audio/")
    samples = decode(said, encoding, "little")
    assert heard >= len(samples) / rate - 0.05, "not before it has been played"
    assert recorded_rate == rate and pcm.count(samples.tobytes()) == 1


def test_twilio_plays_and_returns_marks_and_clear_returns_the_rest():
    async def act(visit, message):
        if message["event"] == "start":
            await visit.say(event="media", streamSid="stream-1", media={"payload": "f39/fw=="})
            await visit.say(event="mark", streamSid="stream-1", mark={"name": "soon"})
            await visit.say(event="media", streamSid="stream-1", media={"payload": "AAAA" * 10_000})
            await visit.say(event="mark", streamSid="stream-1", mark={"name": "late"})
        if message["event"] == "mark" and message["mark"]["name"] == "soon":
            await visit.say(event="clear", streamSid="stream-1")

    async def run():
        async with forked(Bot(act), protocol="twilio", bidirectional=True) as fork:
            visit = await fork.bot.visit()
            await until(lambda: len(visit.of("mark")) == 2)
            await fork.told("cleared")
            assert fork.kinds() == ["started", "played", "cleared"]
            assert fork.forker.find("stream-1").playback.queued_seconds == 0
            return [each["mark"]["name"] for each in visit.of("mark")]

    assert asyncio.run(run()) == ["soon", "late"]


def test_clear_empties_the_queue_and_its_checkpoints_are_never_told():
    async def act(visit, message):
        if message["event"] == "start":
            await visit.play(bytes(80_000))
            await visit.say(event="checkpoint", name="never")
            await visit.say(event="clearAudio")
            await visit.say(event="checkpoint", name="after")

    async def run():
        async with forked(Bot(act), protocol="plivo", bidirectional=True) as fork:
            visit = await fork.bot.visit()
            await fork.told("played")
            await until(lambda: visit.of("playedStream"))
            assert [each["name"] for each in visit.of("playedStream")] == ["after"]
            assert visit.of("clearedAudio")[0]["streamId"] == "stream-1"

    asyncio.run(run())


def test_keys_are_told_both_ways():
    async def act(visit, message):
        if message["event"] == "start":
            await visit.say(event="sendDTMF", dtmf="42#")

    async def run():
        async with forked(Bot(act), protocol="plivo", bidirectional=True) as fork:
            visit = await fork.bot.visit()
            assert (await fork.told("dtmf")).name == "42#"
            assert await fork.forker.send_dtmf("stream-1", "1*")
            await until(lambda: len(visit.of("dtmf")) == 2)
            assert [each["dtmf"]["digit"] for each in visit.of("dtmf")] == ["1", "*"]

    asyncio.run(run())


def test_vobiz_tells_of_no_keys_and_a_stop_of_the_bot_ends_the_stream():
    async def run():
        async with forked(Bot(), bidirectional=True) as fork:
            visit = await fork.bot.visit()
            await fork.told("started")
            assert not await fork.forker.send_dtmf("stream-1", "1")
            await visit.say(event="stop", streamId="stream-1")
            assert (await fork.told("stopped")).name == "bot"
            await asyncio.wait_for(visit.closed.wait(), 1)
            assert list(fork.forker.live_ids()) == []

    asyncio.run(run())


def test_mistakes_of_a_bot_are_remembered_and_end_nothing():
    async def act(visit, message):
        if message["event"] == "start":
            await visit.socket.send_str("{")
            await visit.socket.send_str("[]")
            await visit.socket.send_str("[" * 100_000)
            await visit.socket.send_bytes(b"\0")
            await visit.say(event="playAudio", media={"payload": "?"})
            await visit.say(event="checkpoint", name="on")

    async def run():
        async with forked(Bot(act), bidirectional=True) as fork:
            await fork.told("played")
            mistakes = list(fork.forker.find("stream-1").mistakes)
            assert len(mistakes) == 4 and "base64" in mistakes[-1]

    asyncio.run(run())


def test_a_server_that_closes_drops_the_stream():
    async def act(visit, message):
        if message["event"] == "media":
            await visit.socket.close(code=1011)

    async def run():
        async with forked(Bot(act)) as fork:
            dropped = await fork.told("dropped")
            assert "1011" in dropped.error and fork.kinds() == ["started", "dropped"]
            assert list(fork.forker.live_ids()) == []

    asyncio.run(run())


def test_a_refusal_drops_the_stream():
    async def run():
        async with forked(Bot(refuse=403)) as fork:
            assert (await fork.told("dropped")).error == "refused with HTTP 403"
            assert fork.kinds() == ["dropped"]

    asyncio.run(run())


def test_nobody_there_drops_the_stream():
    async def run():
        async with running(Bot()) as bot:
            pass
        fork = Forked(bot)
        fork.start()
        assert "no connection" in (await fork.told("dropped")).error
        await fork.forker.close()

    asyncio.run(run())


def test_the_time_limit_stops_the_stream():
    async def run():
        async with forked(Bot(), max_seconds=0.3) as fork:
            assert (await fork.told("stopped")).name == "timeout"
            await asyncio.wait_for((await fork.bot.visit()).closed.wait(), 1)

    asyncio.run(run())


def test_a_slow_reader_loses_frames_and_takes_no_memory_then_its_connection(monkeypatch):
    monkeypatch.setattr(module, "CONGESTED_SECONDS", 0.5)
    # So that its system's buffers fill quickly.
    big = Speech(Audio(16000, array("h", bytes(64_000)), array("h", bytes(64_000))))
    monkeypatch.setattr(module.Frames, "frame", lambda self, number: bytes(40_000))

    async def run():
        async with running(Bot(reads=False)) as bot:
            fork = Forked(bot)
            fork.forker.speak(big)
            fork.start()
            await fork.told("degraded")
            live = fork.forker.find("stream-1")
            assert live._connection._transport.get_write_buffer_size() < 200_000
            assert "was lost" in (await fork.told("dropped")).error
            assert live.frames_dropped > 10 and fork.kinds() == ["started", "degraded", "dropped"]
            await fork.forker.close()

    asyncio.run(run())


def test_what_the_provider_ignores_is_said_once():
    async def run(**fields):
        async def act(visit, message):
            if message["event"] == "start":
                for event in ("playAudio", "playAudio", "dance"):
                    await visit.say(event=event)

        async with forked(Bot(act), **fields) as fork:
            await fork.bot.visit()
            mistakes = fork.forker.find("stream-1").mistakes
            await until(lambda: mistakes)
            await asyncio.sleep(0.1)
            return list(mistakes)

    (one_way,) = asyncio.run(run())
    assert "one-way" in one_way
    assert "'dance' is no message that vobiz knows" in asyncio.run(run(bidirectional=True))[-1]
