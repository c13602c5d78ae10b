"""Twilio's signature: the published vectors, and the official validator as judge."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from providers.errors import BadSignature
from providers.twilio.events import parse
from providers.twilio.signature import signature
from tests.support.twilio_events import (
    FORM,
    PARAMS,
    TOKEN,
    URL,
    VECTOR,
    WITH_PORT,
    as_django_reads_it,
    event,
)

REPEATED = [
    ("Sid", "CA123"),
    ("SidAccount", "AC123"),
    ("Digits", "5678"),
    ("Digits", "1234"),
    ("Digits", "1234"),
]


def test_the_published_vectors():
    assert signature(TOKEN, URL, list(PARAMS.items())) == VECTOR
    assert signature(TOKEN, URL.replace(".com", ".com:443"), list(PARAMS.items())) == WITH_PORT
    assert signature(TOKEN, URL, REPEATED) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="


FORGED = {
    "another parameter": lambda: event(PARAMS | {"Digits": "9999"}, given=VECTOR),
    "one more parameter": lambda: event(PARAMS | {"CallStatus": "completed"}, given=VECTOR),
    "one parameter less": lambda: event({k: v for k, v in PARAMS.items() if k != "Digits"}, given=VECTOR),
    "another address": lambda: event(url=URL.replace("bar=2", "bar=3"), given=VECTOR),
    "another scheme": lambda: event(url=URL.replace("https", "http"), given=VECTOR),
    "another host": lambda: event(url=URL.replace(".com", ".org"), given=VECTOR),
    "another token": lambda: event(token="another customer's"),
    "no signature": lambda: parse(TOKEN, URL, {"Content-Type": FORM}, urlencode(PARAMS).encode()),
    "not of ASCII": lambda: event(given="Ŝignature"),
    "no form": lambda: parse(TOKEN, URL, {"X-Twilio-Signature": VECTOR}, b"CallSid=\xff\xfe"),
    "too many fields": lambda: event({f"f{n}": "x" for n in range(600)}),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_is_not_signed_so_is_refused(forge):
    with pytest.raises(BadSignature):
        forge()


WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
PAIRS = st.lists(st.tuples(WORD.filter(bool), WORD), max_size=8)
URLS = st.sampled_from(
    [URL, "http://x.example/a", "https://x.example:8443/v1?call=1", "http://127.0.0.1:8000/p/events"]
)


@given(pairs=PAIRS, url=URLS, token=WORD.filter(bool))
def test_what_the_official_validator_signs_we_sign(pairs, url, token):
    judge = RequestValidator(token)
    assert signature(token, url, pairs) == judge.compute_signature(url, as_django_reads_it(pairs))
    body = urlencode([*pairs, ("CallSid", "CA1")]).encode()
    signed = judge.compute_signature(url, as_django_reads_it([*pairs, ("CallSid", "CA1")]))
    assert parse(token, url, {"X-TWILIO-SIGNATURE": signed}, body).resource.startswith("CA1")
    with pytest.raises(BadSignature):
        parse(token + "x", url, {"X-TWILIO-SIGNATURE": signed}, body)
