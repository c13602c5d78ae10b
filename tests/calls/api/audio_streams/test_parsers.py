"""Bodies as JSON or as a form."""

from io import BytesIO
from types import SimpleNamespace

import pytest

from calls.api.audio_streams.parsers import FormOrJSON, FormParser
from liveplatform.api.exceptions import InvalidJson, TooLarge
from liveplatform.api.parsers import MAX_BODY, JSONParser


def parsed(body: bytes) -> dict[str, str]:
    return FormParser().parse(BytesIO(body))


def test_reads_a_form():
    assert parsed(b"a=1&b=%C3%BC&c=&a=2") == {"a": "2", "b": "ü", "c": ""}


@pytest.mark.parametrize("body", [b"\xff=1", b"&".join([b"a=1"] * 1001), b"a=%00"])
def test_refuses_what_cannot_be_stored(body):
    with pytest.raises(InvalidJson):
        parsed(body)


def test_refuses_what_is_too_large():
    with pytest.raises(TooLarge):
        parsed(b"a" * (MAX_BODY + 1))


@pytest.mark.parametrize(
    ("content_type", "parser"),
    [
        ("application/x-www-form-urlencoded; charset=utf-8", FormParser),
        ("application/json", JSONParser),
        ("", JSONParser),
        ("text/plain", type(None)),
    ],
)
def test_the_content_type_decides(content_type, parser):
    request = SimpleNamespace(content_type=content_type)
    assert isinstance(FormOrJSON().select_parser(request, [JSONParser()]), parser)
