"""Which addresses requests to providers may go to."""

import pytest

from liveplatform.egress.provider_policy import is_allowed


@pytest.fixture(autouse=True)
def _strict(settings):
    settings.WEBHOOK_ALLOW_LOOPBACK = False
    settings.PROVIDER_ALLOWLIST = []


@pytest.mark.parametrize(
    ("address", "allowed"), [("8.8.8.8", True), ("10.0.0.1", False), ("::1", False), ("fe80::1%eth0", False)]
)
def test_without_an_allowlist_only_public_addresses_are_allowed(address, allowed):
    assert is_allowed("api.example.com", address) is allowed


@pytest.mark.parametrize(
    ("entry", "host", "address"),
    [
        ("livekit.internal", "LiveKit.Internal", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "10.0.0.1"),
        ("10.1.0.0/16", "livekit.example.com", "10.1.2.3"),
        ("fd00::/8", "livekit.example.com", "fd00::1"),
    ],
)
def test_the_allowlist_names_hosts_addresses_and_networks(settings, entry, host, address):
    settings.PROVIDER_ALLOWLIST = [entry]
    assert is_allowed(host, address)
    assert not is_allowed("other.example.com", "192.168.0.1")
