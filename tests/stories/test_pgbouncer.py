"""Everything through PgBouncer in transaction mode: DATABASE_POOLER=transaction is all that changes."""

import re
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from liveplatform import embedded
from liveplatform.dev.stack import LocalStack, StartFailed
from tests import environment
from tests.conftest import PROCESSES, QUICK
from tests.support.client import NO_RATE_LIMITS, Customer
from tests.support.pgbouncer import POOL_SIZE, pgbouncer
from tests.support.servers import sql

VAR = environment.VAR / "pooled"
PASSWORD = "correct horse battery staple"
SECRETS = {"SECRET_KEY": "s" * 50, "ENCRYPTION_KEYS": f"k1:{b64encode(bytes(32)).decode()}"}


@pytest.fixture(scope="module")
def pooled() -> Iterator[LocalStack]:
    VAR.mkdir(parents=True, exist_ok=True)
    VAR.chmod(0o711)
    embedded.ensure(VAR, durable=False)
    try:
        with pgbouncer(VAR) as url:
            own = {
                "DATABASE_URL": url,
                "DATABASE_POOLER": "transaction",
                "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
            }
            with LocalStack(VAR, QUICK | NO_RATE_LIMITS | SECRETS | own) as local:
                local.prepare(durable=False)
                local.start(*PROCESSES)
                local.wait_ready()
                yield local
    finally:
        embedded.stop(VAR)


@pytest.fixture(scope="module")
def pooled_customer(pooled: LocalStack) -> Customer:
    return Customer(pooled, "pooled")


@pytest.mark.timeout(300)
def test_calls_end_and_everything_follows(pooled, pooled_customer):
    with ThreadPoolExecutor(3) as pool:
        calls = list(pool.map(lambda _: pooled_customer.phone_call(), range(12)))
        answers = list(pool.map(lambda call: call.end().status_code, calls))
    assert answers == [200] * 12
    for call in calls:
        states = {kind: step["state"] for kind, step in call.settled().items()}
        assert states == dict.fromkeys(states, "done") | {"clean_up": "skipped"}
        assert call.effects() == 1
        call.event_counts("call.processed")
        call.assert_exactly_once()
    strict = pooled_customer.video_call()
    assert strict.end_strictly().status_code == 200


def test_lists_and_exports(pooled, pooled_customer):
    call = pooled_customer.phone_call()
    for path in ("/v1/calls?limit=5&order=asc", "/v1/calls?limit=2"):
        answer = pooled_customer.ask("GET", path)
        assert answer.status_code == 200, answer.text
    export = pooled_customer.ask("GET", "/v1/calls/export?format=ndjson").text.splitlines()
    assert f'{{"end":true,"calls":{len(export) - 1}}}' in export[-1].replace(" ", "")
    assert call.id in "".join(export)
    started = pooled_customer.ask("POST", "/v1/calls/bulk-end", {"filter": {"id": {"in": [call.id]}}})
    assert started.status_code in (200, 202), started.text


def test_the_first_admin_sees_the_pages(pooled, pooled_customer):
    pooled.manage("createsuperuser", "--noinput", "--username", "first", "--email", "first@example.com")
    staff = requests.Session()
    page = staff.get(f"{pooled.url}/admin/login/")
    form = {"username": "first", "password": PASSWORD, "next": "/admin/calls/call/"}
    form["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text).group(1)
    calls = staff.post(page.url, form, headers={"Referer": page.url})
    assert calls.url.endswith("/admin/calls/call/")
    call = pooled_customer.phone_call()
    assert staff.get(f"{pooled.url}/admin/calls/call/{call.id}/change/").status_code == 200


def test_the_pool_was_shared_and_nothing_was_left_in_its_sessions(pooled, pooled_customer):
    connections = sql(VAR, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'liveplatform'")
    assert 1 <= int(connections) <= POOL_SIZE
    ready = requests.get(f"{pooled.url}/readyz", timeout=10)
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    log = (VAR / "pgbouncer.log").read_text()
    assert "prepared statement" not in log
    assert "unsupported startup parameter" not in log
    for name in ("web", "worker", "beat"):
        assert "prepared statement" not in pooled.log(name)


def test_without_the_setting_the_pooler_refuses(pooled):
    direct = LocalStack(VAR, pooled.env | {"DATABASE_POOLER": ""})
    with pytest.raises(StartFailed, match="unsupported startup parameter"):
        direct.manage("migrate", "--check")


def test_the_limit_of_idle_transactions_is_asked_for(pooled):
    check = ("check", "--database", "default", "--fail-level", "WARNING")
    with pytest.raises(StartFailed, match="ALTER ROLE"):
        pooled.manage(*check)
    sql(VAR, "ALTER ROLE postgres IN DATABASE liveplatform SET idle_in_transaction_session_timeout = '2s'")
    sql(
        VAR,
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE application_name = 'liveplatform'",
    )
    assert "no issues" in pooled.manage(*check)
