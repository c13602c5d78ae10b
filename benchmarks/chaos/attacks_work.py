"""Attacks on the workers: endpoints that hang, and connections to a provider that answers late."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import requests

from benchmarks import sink
from benchmarks.chaos.stage import Attack, Stage, hammering
from liveplatform.dev.stack import ROOT, free_port
from providers.sandbox.client import SandboxClient
from tests.support.client import Customer

ENDPOINTS = 100
# With a backlog: so many endpoints, and calls whose events wait for each of them.
BACKLOG_ENDPOINTS, BACKLOG_CALLS = 50, 60
CONNECTIONS = 600
# Seconds after which the slow provider answers: just within the deadline of a request (8 s).
PROVIDER_DELAY = 7.5
FOR_EVER = 600.0

# Run by `manage.py shell`: connections to the slow provider, and live calls over them.
SLOW_CALLS = """
from calls.models import Call
from liveplatform.accounts.connections import apply_credentials
from liveplatform.accounts.models import Account, Connection
account = Account.objects.get(pk={account!r})
secret = "a-secret-of-at-least-32-characters"
for number in range({connections}):
    connection = Connection(account=account, provider={provider!r}, base_url={url!r}, is_default=False)
    given = dict(account_sid=f"AC{{number}}", auth_token=secret)
    if {provider!r} == "getstream":
        given = dict(api_key=f"key{{number}}", api_secret=secret)
    apply_credentials(connection, given)
    connection.save()
    for n in range({calls}):
        call = Call(account=account, channel={channel!r}, status="live", provider={provider!r}, connection=connection,
                    provider_call_id=f"CA{{number}}x{{n}}", from_number="+14155550100", to_number="+14155550111",
                    stream_call_type="default", host_user_id="h", title="t")
        call.save(force_insert=True)
        print(call.pk)
"""


@contextlib.contextmanager
def hanging_endpoints(stage: Stage, endpoints: int = ENDPOINTS, calls: int = 3) -> Iterator[None]:
    """Endpoints that never answer subscribe to everything, and calls go on ending."""
    with sink.running(FOR_EVER) as url, _endpoints(stage.attacker, url, endpoints):
        for _ in range(calls):
            _end_one(stage.attacker)
        with hammering(1, lambda: (_end_one(stage.attacker), time.sleep(1))):
            yield


@contextlib.contextmanager
def hanging_endpoints_with_backlog(
    stage: Stage, endpoints: int = BACKLOG_ENDPOINTS, calls: int = BACKLOG_CALLS
) -> Iterator[None]:
    """The endpoints' deliveries wait by the hundred before anything else is sent."""
    with sink.running(FOR_EVER) as url, _endpoints(stage.attacker, url, endpoints):
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda _: _end_one(stage.attacker), range(calls)))
        yield


@contextlib.contextmanager
def slow_connections(
    stage: Stage, connections: int = CONNECTIONS, calls: int = 2, delay: float = PROVIDER_DELAY
) -> Iterator[None]:
    """Calls over many connections end at once; their provider answers just within the deadline."""
    with slow_provider(delay) as url:
        ids = slow_calls(stage.attacker, url, "twilio", connections, calls)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda id: stage.attacker.ask("POST", "/calls/end", {"call_id": id}), ids))
        yield


@contextlib.contextmanager
def slow_strict_ends(stage: Stage, threads: int = 32) -> Iterator[None]:
    """Strict ends by so many clients at once wait for that provider in the web processes."""
    with slow_provider() as url:
        ids = slow_calls(stage.attacker, url, "getstream", 1, 400)
        waiting = iter(ids * 100)
        headers = {"Authorization": f"Bearer {stage.attacker.key}"}

        def end() -> None:
            url = f"{stage.local.url}/v1/live/calls/{next(waiting)}/end"
            requests.post(url, headers=headers, timeout=60)

        with hammering(threads, end):
            yield


@contextlib.contextmanager
def slow_provider(delay: float = PROVIDER_DELAY) -> Iterator[str]:
    """The address of a sandbox of its own that delays every answer."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "providers.sandbox", "--port", str(port)], cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            with contextlib.suppress(requests.ConnectionError):
                requests.get(f"{url}/_sandbox/healthz", timeout=2)
                break
            time.sleep(0.05)
        SandboxClient(url).add_fault("*", "delay", delay_ms=int(delay * 1000), times=None)
        yield url
    finally:
        process.terminate()
        process.wait()


def slow_calls(attacker: Customer, url: str, provider: str, connections: int, calls: int) -> list[str]:
    """The ids of live calls: so many over each of so many new connections to the provider at `url`."""
    channel = "phone" if provider == "twilio" else "video"
    given = {"account": attacker.account_id, "url": url, "connections": connections, "calls": calls}
    code = SLOW_CALLS.format(provider=provider, channel=channel, **given)
    return attacker.local.manage("shell", "-v0", "-c", code).split()


@contextlib.contextmanager
def _endpoints(attacker: Customer, url: str, count: int) -> Iterator[None]:
    """So many endpoints of the attacker, with the one it has; all others at this address."""
    ids = []
    for number in range(count - 1):
        answer = attacker.ask("POST", "/v1/webhooks/endpoints", {"url": f"{url}{number}"})
        answer.raise_for_status()
        ids.append(json.loads(answer.text)["id"])
    try:
        yield
    finally:
        for endpoint in ids:
            attacker.ask("DELETE", f"/v1/webhooks/endpoints/{endpoint}")


def _end_one(attacker: Customer) -> None:
    attacker.phone_call(transcript=False).end()


ATTACKS: dict[str, Attack] = {
    f"{ENDPOINTS} hanging endpoints": hanging_endpoints,
    f"{BACKLOG_ENDPOINTS} hanging endpoints with a backlog": hanging_endpoints_with_backlog,
    f"{CONNECTIONS} connections to a slow provider": slow_connections,
    "strict ends at a slow provider": slow_strict_ends,
}
