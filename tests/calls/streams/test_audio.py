"""What a provider is asked for when an audio stream starts."""

import pytest

from calls.streams.audio import fork_of, service_url_of
from tests.calls.streams.streams import stream

pytestmark = pytest.mark.django_db


def test_the_query_of_the_url_is_put_together_again_for_the_provider(account):
    one = stream(account, parameters={"service_url": "wss://bot.example/ws"})
    one.sealed_secrets = one.seal_secrets(
        {"service_url": "wss://bot.example/ws?t=1", "parameters": {"a": "b"}}
    )
    assert service_url_of(one) == fork_of(one).service_url == "wss://bot.example/ws?t=1"
    assert fork_of(one).parameters == {"a": "b"}
