"""Audio streams of a call over REST, with a voice bot that hears them: stop means stopped."""

import io
import wave
from array import array

import pytest

from tests.support.client import NUMBER
from tests.support.factories import TWIML
from tests.support.stories import until
from tests.support.voice_bot import Bot, in_thread

CALLEE = "+14155550111"
VOBIZ_NUMBER = "+14155550177"


async def echo(visit, message):
    if message["event"] == "media":
        await visit.play(b"\x80" * 160)


@pytest.fixture
def vobiz(customer):
    """The customer's number at Vobiz."""
    keys = (f"auth_id=MA_{customer.account_id[-8:]}", "auth_token=t", f"phone_number={VOBIZ_NUMBER}")
    url = customer.local.sandbox_url
    customer.local.manage("connect_provider", customer.account_id, "vobiz", "--base-url", url, "--set", *keys)
    return VOBIZ_NUMBER


def call_streams(customer, number, **instructions):
    """Where the streams of a new call are; the sandbox's callees answer at once."""
    body = {"call_from": number, "call_to": CALLEE} | instructions
    answer = customer.ask("POST", "/calls/make-call", body)
    assert answer.status_code == 200, answer.text
    call = answer.json()["data"]
    auth_id = customer.ask("GET", "/v1/account").json()["auth_id"]
    return f"/api/v1/Account/{auth_id}/Call/{call['id']}/Stream/"


def start(customer, streams, url, **fields):
    answer = customer.ask("POST", streams, {"service_url": url} | fields)
    assert answer.status_code == 202, answer.text
    return answer.json()["stream_id"]


def is_stopped_within_a_second_and_only_it(customer, streams, bot, ids):
    first, second = bot.visits
    until(lambda: len(first.of("media")) > 20 and len(second.of("media")) > 20, 10)
    assert customer.ask("DELETE", f"{streams}{ids[0]}/").status_code == 204
    until(first.closed.is_set, 1)
    heard = len(second.messages)
    until(lambda: len(second.messages) > heard + 25, 5)
    assert not second.closed.is_set()
    states = [customer.ask("GET", f"{streams}{id}/").json()["status"] for id in ids]
    assert states == ["completed", "in-progress"]
    assert customer.ask("DELETE", f"{streams}{ids[0]}/").status_code == 404


def test_stopping_one_of_two_streams_closes_its_socket_and_only_that_one(customer, platform):
    with in_thread(Bot()) as bot:
        streams = call_streams(customer, NUMBER, twiml=TWIML)
        ids = [start(customer, streams, f"{bot.url}?n={n}", audio_track="inbound") for n in (1, 2)]
        until(lambda: len(bot.visits) == 2, 10)
        is_stopped_within_a_second_and_only_it(customer, streams, bot, ids)
        assert bot.visits[0].messages[-1]["event"] == "stop", "Twilio's last message"
        assert customer.ask("DELETE", streams).status_code == 204
        until(bot.visits[1].closed.is_set, 1)


def test_a_bot_of_a_vobiz_call_hears_and_is_heard(customer, platform, vobiz):
    with in_thread(Bot(echo)) as bot:
        streams = call_streams(customer, vobiz, url=bot.answer_url)
        asked = {"bidirectional": "true", "content_type": "audio/x-mulaw;rate=8000"}
        ids = [start(customer, streams, f"{bot.url}?n={n}", **asked) for n in (1, 2)]
        until(lambda: len(bot.visits) == 2, 10)
        is_stopped_within_a_second_and_only_it(customer, streams, bot, ids)
        stream_id = bot.visits[1].of("start")[0]["start"]["streamId"]
        with wave.open(io.BytesIO(customer.sandbox.fork_recording(stream_id))) as file:
            assert array("h", file.readframes(file.getnframes())).count(32124) > 8000, "a second of its voice"
        assert customer.ask("DELETE", streams).status_code == 204
        until(bot.visits[1].closed.is_set, 1)
