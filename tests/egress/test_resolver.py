"""Look-ups: one tenant's dead name servers keep no other tenant waiting."""

import asyncio
import socket
import threading
import time

import pytest

from liveplatform.egress import resolver
from liveplatform.egress.http import guarded_session
from liveplatform.egress.resolver import SystemResolver, look_ups_of

FOUND = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("93.184.215.14", 443))]


@pytest.fixture
def dead(monkeypatch):
    """Name servers of dead-*.example hang until the event is set."""
    answer = threading.Event()

    def look_up(host: str, port: int, **_):
        if host.startswith("dead-"):
            answer.wait(10)
        return FOUND

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield answer
    answer.set()


async def of(tenant: str, host: str, names: SystemResolver):
    with look_ups_of(tenant):
        return await names.resolve(host, 443)


def test_a_hundred_dead_hosts_of_a_tenant_leave_threads_to_the_others(dead, monkeypatch):
    monkeypatch.setattr(resolver, "DEADLINE", 1.0)

    async def run() -> None:
        names = SystemResolver()
        hanging = [asyncio.create_task(of("a", f"dead-{n}.example", names)) for n in range(200)]
        await asyncio.sleep(0.1)
        for number in range(5):
            began = time.monotonic()
            found = await of("b", f"host-{number}.example", names)
            assert time.monotonic() - began < 0.5
            assert found[0]["host"] == "93.184.215.14"
        failures = await asyncio.gather(*hanging, return_exceptions=True)
        assert {type(failure) for failure in failures} == {socket.gaierror}
        with pytest.raises(socket.gaierror):  # the threads are not back, although nobody waits for them
            await of("a", "host.example", names)
        dead.set()
        await asyncio.sleep(0.1)
        assert await of("a", "host.example", names)
        await names.close()

    asyncio.run(run())


def test_more_hosts_than_places_are_all_found(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(0.01) or FOUND)

    async def run() -> None:
        names = SystemResolver()
        found = await asyncio.gather(*(of("a", f"host-{n}.example", names) for n in range(100)))
        assert len(found) == 100
        await asyncio.sleep(0.1)
        assert not names._places
        await names.close()

    asyncio.run(run())


def test_a_session_counts_for_the_tenant_it_is_used_for(dead, monkeypatch):
    monkeypatch.setattr(resolver, "DEADLINE", 0.3)
    tenants = []
    look_up = SystemResolver._look_up

    async def watched(self, *args):
        tenants.append(resolver._tenant.get())
        return await look_up(self, *args)

    monkeypatch.setattr(SystemResolver, "_look_up", watched)

    async def run() -> None:
        async with guarded_session() as http:
            for tenant in "ab":
                with look_ups_of(tenant), pytest.raises(OSError, match="not found in time"):
                    await http.get(f"https://dead-{tenant}.example/")

    asyncio.run(run())
    assert tenants == ["a", "b"]
