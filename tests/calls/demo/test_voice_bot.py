"""The demo's voice bot, tried as a provider and a customer's server use it."""

import asyncio

import aiohttp
import pytest
import requests

from calls.demo.voice_bot import VoiceBot, wait_until


@pytest.fixture
def bot():
    with VoiceBot() as bot:
        yield bot


def test_it_counts_audio_and_knows_when_a_stream_closed(bot):
    async def fork():
        async with aiohttp.ClientSession() as http, http.ws_connect(bot.socket_url("first")) as socket:
            for event in ("start", "media", "media"):
                await socket.send_json({"event": event})
            while bot.visits["first"].frames < 2:
                await asyncio.sleep(0.005)
            assert bot.visits["first"].closed_at is None

    asyncio.run(asyncio.wait_for(fork(), 10))
    assert wait_until(lambda: bot.visits["first"].closed_at is not None, 10)
    assert bot.visits["first"].frames == 2


def test_it_keeps_callbacks_and_answers_calls(bot):
    requests.post(bot.page("callback"), data={"Event": "StopStream", "StreamID": "1"}, timeout=5)
    assert bot.callbacks == [{"Event": "StopStream", "StreamID": "1"}]
    assert requests.post(bot.page("answer"), timeout=5).text.startswith("<Response>")
