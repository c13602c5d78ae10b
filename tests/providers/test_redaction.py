"""Secrets in the bodies of events."""

import json

from providers.redaction import REDACTED, redact


def test_the_named_fields_are_replaced_at_any_depth():
    body = json.dumps({"a": [{"key": "s", "b": 1}], "key": "s", "other": "key"}).encode()
    assert json.loads(redact(body, {"key"})) == {
        "a": [{"key": REDACTED, "b": 1}],
        "key": REDACTED,
        "other": "key",
    }


def test_an_empty_value_is_no_secret():
    assert json.loads(redact(b'{"key": "", "x": {"key": null}}', {"key"})) == {"key": "", "x": {"key": None}}


def test_a_body_without_them_stays_as_it_was_sent():
    assert redact(b'{ "a" : 1 }', {"key"}) == b'{ "a" : 1 }'
