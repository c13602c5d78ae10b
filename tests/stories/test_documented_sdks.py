"""The examples of docs/streams.md and docs/livestreams.md, run as they are printed, with official packages."""

import re
import subprocess
import sys

import pytest

from liveplatform.dev.stack import ROOT
from tests.support.client import NUMBER
from tests.support.factories import TWIML
from tests.support.stories import until
from tests.support.voice_bot import Bot, in_thread


def example(page: str) -> str:
    """The first block of Python on a page."""
    return re.search(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.S)[1]


def run(code: str, **names: object) -> None:
    """In a process of its own: one of the packages has its address in constants of a module."""
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    done = subprocess.run([sys.executable, "-c", given + code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_plivos_package_starts_and_stops_a_stream(customer):
    body = {"call_from": NUMBER, "call_to": "+14155550111", "twiml": TWIML}
    call = customer.ask("POST", "/calls/make-call", body).json()["data"]
    with in_thread(Bot()) as bot:
        code = example("streams.md").replace("wss://bot.example.com/audio", bot.url)
        run(code, URL=customer.local.url, AUTH_ID=customer.auth_id, KEY=customer.key, CALL=call["id"])
        (stream,) = customer.ask("GET", f"/v1/calls/{call['id']}/streams").json()["streams"]
        assert (stream["status"], stream["outcome"]) == ("stopped", "stopped")
        until(lambda: all(visit.closed.is_set() for visit in bot.visits), 5)


def test_cloudflares_package_starts_and_stops_a_livestream(customer):
    kit = f"/client/v4/accounts/{customer.account_id}/realtime/kit"
    app = customer.ask("POST", f"{kit}/apps", {"name": "documented"}).json()["data"]["app"]["id"]
    meeting = customer.ask("POST", f"{kit}/{app}/meetings", {"title": "Open day"}).json()["data"]["id"]
    place = {"account_id": customer.account_id, "app_id": app, "meeting_id": meeting}
    run(example("livestreams.md"), URL=customer.local.url, KEY=customer.key, PLACE=place)
    (found,) = customer.ask("GET", f"{kit}/{app}/meetings/{meeting}/livestream").json()["data"]
    assert found["status"] in ("IDLE", "OFFLINE")
    answer = customer.ask("GET", f"{kit}/{app}/meetings/{meeting}/active-livestream")
    assert answer.status_code == 404


@pytest.mark.parametrize("page", ["streams.md", "livestreams.md"])
def test_an_example_has_three_lines_besides_its_imports_and_addresses(page):
    lines = [line for line in example(page).splitlines() if line and not line.startswith(("import", "from"))]
    assert len(lines) <= 5
