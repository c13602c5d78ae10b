import pytest

from providers.sandbox.forker.connection import check_url, is_loopback, lost


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("ws://127.0.0.1:9/x", True),
        ("wss://localhost/x", True),
        ("ws://[::1]/x", True),
        ("ws://127.8.9.1/", True),
        ("wss://bot.localhost/", True),
        ("wss://example.com/", False),
        ("ws://10.0.0.1/", False),
        ("ws://127.0.0.1.example.com/", False),
        ("ws://127.0.0.1@example.com/", False),
    ],
)
def test_addresses_of_this_machine(url, local):
    assert is_loopback(url) is local


@pytest.mark.parametrize("url", ["http://localhost/", "localhost:80", "ws://", "ws://localhost:port/", ""])
def test_what_is_no_web_socket_is_refused(url):
    with pytest.raises(ValueError):
        check_url(url)


def test_how_it_was_lost():
    assert lost(1011) == "the server closed the connection (1011)"
    assert lost(1006) == lost(None) == "the connection was lost"
