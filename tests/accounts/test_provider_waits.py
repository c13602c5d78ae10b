"""Request threads that wait for providers are bounded per connection, per account and in all."""

import contextlib

import pytest

from liveplatform.accounts import provider_waits
from liveplatform.accounts.models import Account, Connection
from liveplatform.accounts.provider_waits import ProviderBusy, waiting_for
from providers import http
from providers.breaker import BREAKER_FAILURES


def connection(account: Account, number: int) -> Connection:
    return Connection.objects.create(
        account=account, provider="twilio", name=str(number), is_default=not number
    )


@pytest.fixture
def held():
    with contextlib.ExitStack() as stack:
        yield stack


def test_places_of_a_connection_an_account_and_the_process(account, held):
    first, second = connection(account, 0), connection(account, 1)
    for _ in range(provider_waits.PER_CONNECTION):
        held.enter_context(waiting_for(first))
    with pytest.raises(ProviderBusy):
        held.enter_context(waiting_for(first))
    held.enter_context(waiting_for(second))
    with pytest.raises(ProviderBusy):
        held.enter_context(waiting_for(second))
    other = connection(Account.objects.create(name="other"), 0)
    for _ in range(provider_waits.PER_CONNECTION):
        held.enter_context(waiting_for(other))
    third = connection(Account.objects.create(name="third"), 0)
    with pytest.raises(ProviderBusy):
        held.enter_context(waiting_for(third))
    held.close()
    with waiting_for(first), waiting_for(third):
        pass


def test_without_a_connection_nobody_waits():
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(waiting_for(None))


def test_a_provider_that_answers_slowly_is_not_waited_for(account, monkeypatch):
    slow = connection(account, 0)
    state = http._state_of(str(slow.pk))
    for _ in range(BREAKER_FAILURES):
        with waiting_for(slow):
            pass
        state.patience.record_failure()
    with pytest.raises(ProviderBusy), waiting_for(slow):
        pass
    state.patience.record_success()
    with waiting_for(slow):
        pass
