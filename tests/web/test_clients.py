"""Turns belong to accounts whose credentials were verified, else to addresses."""

import asyncio

import pytest

from liveplatform.accounts.authentication import VERIFIED_ACCOUNT
from liveplatform.web import bodies
from liveplatform.web.bodies import BodyReader, BodyRefused, OpenBodies
from liveplatform.web.clients import Client, Clients


def environ(key: str = "", address: str = "203.0.113.9", **more: str) -> dict:
    return {"REMOTE_ADDR": address} | ({"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {}) | more


def test_made_up_credentials_are_of_their_address():
    clients = Clients()
    assert {clients.of(environ(f"made-up-{n}")) for n in range(100)} == {Client("203.0.113.9", False)}


def test_all_verified_credentials_of_an_account_are_one_client():
    clients = Clients()
    for key in ("a", "b"):
        clients.remember(environ(key) | {VERIFIED_ACCOUNT: "an-account"})
    clients.remember(environ("refused"))
    assert clients.of(environ("a")) == clients.of(environ("b", "198.51.100.1")) == Client("an-account", True)
    assert not clients.of(environ("refused")).is_account
    assert not clients.of(environ("a", HTTP_X_AUTH_TOKEN="another")).is_account


def test_an_ipv6_client_is_its_network():
    clients = Clients()
    found = {clients.of(environ(address=f"2001:db8::{n}")).key for n in range(1, 9)}
    assert found == {"2001:db8::/64"}


def test_slow_bodies_fill_their_own_pool_and_refuse_no_quick_one(monkeypatch):
    monkeypatch.setattr(bodies, "GRACE", 0.02)
    opened = OpenBodies(most=4, per_client=2)

    async def never() -> dict:
        await asyncio.Event().wait()
        raise AssertionError

    async def at_once() -> dict:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def wanted() -> bool:
        return True

    async def run() -> None:
        slow = [BodyReader(never, 100, opened, f"address-{n // 8}") for n in range(32)]
        tasks = [asyncio.create_task(reader.read(wanted)) for reader in slow]
        await asyncio.sleep(0.2)
        refused = [task.result() for task in tasks if task.done()]
        assert len(refused) == 28
        with pytest.raises(BodyRefused):
            refused[0].read()
        assert (await BodyReader(at_once, 2, opened, "address-0").read(wanted)).read() == b"{}"
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)
        assert not opened.by_client

    asyncio.run(run())
