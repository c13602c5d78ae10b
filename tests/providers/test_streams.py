"""Our name of a stream in its callback's address."""

import pytest

from providers.streams import stream_in

ID = "0193a3b0-0000-7000-8000-000000000001"


def test_the_name_is_found_in_the_address():
    assert stream_in(f"https://us.example/e?a=1&stream={ID}") == ID.replace("-", "")


@pytest.mark.parametrize(
    "url", [None, 5, "", "https://us.example/e", "https://us.example/e?stream=x", "http://["]
)
def test_any_other_address_has_none(url):
    assert stream_in(url) == ""
