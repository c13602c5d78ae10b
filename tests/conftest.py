"""Shared fixtures: one running platform for all stories, an account with an API client for the rest."""

from collections.abc import Iterator

import pytest
from django.test import TransactionTestCase, override_settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

from liveplatform import embedded
from liveplatform.accounts import keys
from liveplatform.accounts.models import Account
from liveplatform.dev.stack import LocalStack
from tests.support.api_client import ApiClient
from tests.support.client import Customer
from tests.support.database import remove_rows
from tests.support.factories import phone_call, video_call
from tests.support.stories import VAR

QUICK = {
    "WORK_LEASE": "4",
    "DATABASE_IDLE_LIMIT": "1.3",
    "WORK_SWEEP": "0.5",
    "PROVIDER_TIMEOUT": "1.5",
    "TRANSCRIPT_WINDOW": "1",
    "RECONCILE_INTERVAL": "3",
    "RECONCILE_LAG": "2",
    "EMPTY_ROOM_GRACE": "3",
    "REQUEST_BODY_TIMEOUT": "2",
    "LOG_LEVEL": "INFO",
    "FAILPOINTS": str(VAR / "failpoints"),
}
PROCESSES = ("sandbox", "receiver", "web", "worker", "beat")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """One process runs all stories, which share a platform, at the end; all take whole files before.

    Stories watch the clock of real processes: beside the other tests on two cores some would be too slow.
    """
    for item in items:  # before xdist reads the groups
        group = "stories" if _is_story(item) else item.path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
    yield
    items.sort(key=_is_story)  # after pytest-django, which has an order of its own


def _is_story(item: pytest.Item) -> bool:
    return "running" in getattr(item, "fixturenames", ())


@pytest.fixture(autouse=True, scope="session")
def _quick_removal_of_rows() -> Iterator[None]:
    """After each test that commits; the others roll back, as ever."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", remove_rows)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Django's own hasher takes half a second, on purpose."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_static_files() -> Iterator[None]:
    """Each of Django's clients loads the middleware anew, and WhiteNoise looks at all files: once is enough."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, StaticFile] = {}

    def look_once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", look_once)
        yield


@pytest.fixture(scope="session")
def running() -> Iterator[LocalStack]:
    VAR.mkdir(parents=True, exist_ok=True)
    with LocalStack(VAR, QUICK) as local:
        local.prepare(durable=False)
        local.start(*PROCESSES)
        local.wait_ready()
        yield local


@pytest.fixture
def platform(running: LocalStack) -> Iterator[LocalStack]:
    """The running platform; restored after each story, whatever it stopped. A process that died fails its story."""
    yield running
    died = {name: running.log(name)[-2000:] for name in running.dead()}
    for name in died:
        running.kill(name)
    embedded.ensure(VAR, durable=False)
    running.start(*(name for name in PROCESSES if name not in running.processes))
    for name in [name for name in running.processes if name not in PROCESSES]:
        running.kill(name)
    running.wait_ready()
    assert not died, f"died during this story: {died}"


@pytest.fixture(scope="session")
def one_customer(running: LocalStack) -> Customer:
    return Customer(running, "the stories' customer")


@pytest.fixture
def customer(platform: LocalStack, one_customer: Customer) -> Iterator[Customer]:
    yield one_customer
    one_customer.sandbox.reset()


@pytest.fixture
def account(db) -> Account:
    """The account under test. Another account has calls too, which must never show up."""
    another = Account.objects.create(name="another tenant")
    phone_call(another)
    video_call(another)
    return Account.objects.create(name="tenant")


@pytest.fixture
def api(account: Account) -> ApiClient:
    """An API client whose key has all scopes."""
    keys.clear_cache()
    return ApiClient(account)
