"""Request threads that wait for providers are bounded; those of providers that answer pass."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

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


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(provider_waits, "HANGING_AFTER", 0.4)


@pytest.fixture
def others(account):
    """A connection each of three other accounts."""
    return [connection(Account.objects.create(name=name), 0) for name in "abc"]


class Threads:
    """Request threads that wait for providers until `answer`."""

    def __init__(self) -> None:
        self.answer, self.entered, self.refused = threading.Event(), [], []
        self.threads: list[threading.Thread] = []

    def ask(self, *connections: Connection) -> None:
        for each in connections:
            self.threads.append(threading.Thread(target=self._wait, args=[each]))
            self.threads[-1].start()

    def _wait(self, asked: Connection) -> None:
        try:
            with waiting_for(asked):
                self.entered.append(asked)
                self.answer.wait(10)
        except ProviderBusy:
            self.refused.append(asked)

    def join(self) -> None:
        self.answer.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def threads():
    threads = Threads()
    yield threads
    threads.join()


def refusal_time(asked: Connection) -> float:
    began = time.monotonic()
    with pytest.raises(ProviderBusy), waiting_for(asked):
        pass
    return time.monotonic() - began


def test_a_burst_at_a_provider_that_answers_passes(account, others):
    """More at once than there are places, of several accounts: each finds one in its turn."""
    asked = [connection(account, 0)] * 8 + others

    def ask(number: int) -> None:
        with waiting_for(asked[number % len(asked)]):
            time.sleep(0.1)

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(ask, range(44)))) == 44


def test_requests_at_a_provider_that_hangs_leave_threads_to_the_others(account, others, threads):
    hanging = connection(account, 0)
    threads.ask(*[hanging] * 6)
    time.sleep(0.2)
    assert len(threads.entered) == provider_waits.PER_ACCOUNT, (
        "of eight threads four wait, and two for a place"
    )
    time.sleep(0.4)
    assert len(threads.refused) == 2
    assert refusal_time(hanging) < 0.2
    assert refusal_time(connection(account, 1)) < 0.2, "three of one account hang"
    with waiting_for(others[0]), waiting_for(others[0]):
        assert refusal_time(others[1]) >= 0.4, "two threads remain for requests to nobody"


def test_hanging_providers_of_several_accounts_do_not_take_the_pool(account, others, threads):
    threads.ask(connection(account, 0), *others[:2])
    threads.ask(connection(account, 1), *others[:2])
    time.sleep(0.6)
    assert len(threads.entered) == provider_waits.TOTAL
    assert refusal_time(others[2]) < 0.2
    threads.join()
    with waiting_for(others[2]):
        pass


def test_of_a_connection_two_may_hang(account, threads):
    hanging, other = connection(account, 0), connection(account, 1)
    threads.ask(hanging, hanging)
    time.sleep(0.5)
    assert refusal_time(hanging) < 0.2
    with waiting_for(other):
        pass


def test_without_a_connection_nobody_waits():
    with ExitStack() as stack:
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
