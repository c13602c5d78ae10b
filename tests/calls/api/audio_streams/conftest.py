"""A phone call over Plivo at the sandbox, and a voice bot that listens."""

from collections.abc import Iterator
from typing import Any

import pytest

from calls.adapters import adapter_for
from calls.lifecycle.dial import dial
from calls.lifecycle.dial_plan import DialRequest
from calls.models import Call, PhoneNumber
from liveplatform.accounts.connections import upsert_connection
from liveplatform.api import throttling
from tests.support.bot_thread import bot_in_thread
from tests.support.factories import NUMBER
from tests.support.sandbox import SECRET


class StreamLine:
    """The account's connection to one provider's sandbox, its calls and their streams."""

    def __init__(self, api: Any, sandbox_url: str, sandbox: Any, bot_url: str) -> None:
        self.api, self.account, self.sandbox, self.bot_url = api, api.account, sandbox, bot_url
        given = {"auth_id": f"MA{self.account.account_id[:18].upper()}", "auth_token": SECRET}
        self.connection = upsert_connection(self.account, "plivo", given, base_url=sandbox_url)
        PhoneNumber.objects.create(account=self.account, number=NUMBER, connection=self.connection)

    def dial(self) -> Call:
        asked = DialRequest(
            from_number=NUMBER, to_number="+14155550111", url="https://app.example.com/answer"
        )
        return dial(self.account.pk, asked)

    def address(self, call: Call, rest: str = "Stream/", root: str = "/api/v1") -> str:
        return f"{root}/Account/{self.account.auth_id}/Call/{call.pk}/{rest}"

    def start(self, call: Call, **fields: Any) -> Any:
        """The answer to a start, to the bot unless `fields` name another service_url."""
        headers = {name: fields.pop(name) for name in ("Idempotency_Key",) if name in fields}
        return self.api("POST", self.address(call), {"service_url": self.bot_url} | fields, **headers)

    def running(self) -> list[str]:
        """The ids of what the provider forks of the account's calls."""
        provider = adapter_for(self.connection)
        calls = Call.objects.filter(account=self.account, connection=self.connection)
        listed = [each for call in calls for each in provider.forks(call.provider_call_id)]
        return [each.id for each in listed if each.status == "live"]


@pytest.fixture(scope="session")
def bot_url() -> Iterator[str]:
    with bot_in_thread() as bot:
        yield bot.url


@pytest.fixture(autouse=True)
def _development(settings):
    """A bot on this machine may be streamed to, over ws://."""
    settings.WEBHOOK_ALLOW_HTTP = settings.WEBHOOK_ALLOW_LOOPBACK = True
    throttling.forget()


@pytest.fixture
def forks(transactional_db, api, sandbox_url, sandbox, bot_url) -> Iterator[StreamLine]:
    line = StreamLine(api, sandbox_url, sandbox, bot_url)
    yield line
    for call in Call.objects.filter(account=line.account):
        line.api("DELETE", line.address(call))
