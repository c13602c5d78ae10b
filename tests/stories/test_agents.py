"""A voice bot answers a call: make-call names an agent, its WebSocket hears the call until the call is ended."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from tests.support.stories import until
from tests.support.voice_bot import Bot, running

NUMBERS = {"vobiz": "+14155550171", "plivo": "+14155550172", "twilio": "+14155550100"}
VARIABLES = {"customer": "Anna", "note": "<Hangup/> & größe"}


@pytest.fixture
def bot() -> Iterator[Bot]:
    """A bot on a loop of its own, for the story waits for processes."""
    loop, bot, stopped = asyncio.new_event_loop(), Bot(), asyncio.Event()

    async def serve() -> None:
        async with running(bot):
            await stopped.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    until(lambda: bot.url, 10)
    yield bot
    loop.call_soon_threadsafe(stopped.set)
    thread.join()


@contextmanager
def connected(customer, provider) -> Iterator[None]:
    """The customer's account at this company, which the sandbox plays."""
    if provider != "twilio":
        given = (f"auth_id=MA{customer.account_id[:18].upper()}", "auth_token=secret-token")
        more = ("--base-url", customer.local.sandbox_url, "--set", *given)
        number = f"phone_number={NUMBERS[provider]}"
        customer.local.manage("connect_provider", customer.account_id, provider, *more, number)
    yield


def call_with_agent(customer, provider, bot):
    made = customer.ask("POST", "/v1/agents", {"name": f"Bot {provider}", "websocket_url": bot.url})
    assert made.status_code == 201, made.text
    body = {"call_from": NUMBERS[provider], "call_to": "+14155550111", "ai_agent_id": made.json()["id"]}
    body["dynamic_variables"] = [{"name": name, "value": value} for name, value in VARIABLES.items()]
    answer = customer.ask("POST", "/calls/make-call", body)
    assert answer.status_code == 200, answer.text
    call = answer.json()["data"]
    assert call["agent_dynamic_variables"] == VARIABLES
    return SimpleNamespace(**call)


@pytest.mark.parametrize("provider", ["vobiz", "plivo", "twilio"])
def test_a_bot_hears_the_call_that_it_answers_until_the_call_is_ended(customer, bot, provider):
    with connected(customer, provider):
        call = call_with_agent(customer, provider, bot)
        until(lambda: bot.visits and bot.visits[0].of("media"), 10)
        (visit,) = bot.visits
        (start,) = visit.of("start")
        assert "Anna" in str(start), start
        if provider == "twilio":
            assert start["start"]["customParameters"] == VARIABLES | {"call_id": call.id}
        ended = customer.ask("POST", "/calls/end", {"call_id": call.id})
        assert ended.json()["data"]["call_status"] == "completed"
        until(visit.closed.is_set, 5)
