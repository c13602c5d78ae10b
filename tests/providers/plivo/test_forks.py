"""What is asked of Plivo and Vobiz, and what they cannot do."""

import pytest

from providers.plivo.forks import ForkRules
from providers.streams import AudioFork

PLIVO, VOBIZ = ForkRules("Plivo"), ForkRules("Vobiz", pair=":")


def fork(**fields):
    return AudioFork(**{"name": "n", "service_url": "wss://bot.example/ws"} | fields)


def test_two_ways_is_a_text_and_one_way_is_left_out():
    assert VOBIZ.body(fork(bidirectional=True, track="inbound"))["bidirectional"] == "true"
    assert "bidirectional" not in VOBIZ.body(fork())


def test_parameters_are_written_as_each_company_has_them():
    asked = fork(parameters={"a": "1", "b": "2"})
    assert PLIVO.body(asked)["extra_headers"] == "a=1,b=2"
    assert VOBIZ.body(asked)["extra_headers"] == "a:1,b:2"


@pytest.mark.parametrize(("seconds", "sent"), [(60, 60), (10**6, 86_400), (0, 1)])
def test_the_time_limit_is_one_that_they_take(seconds, sent):
    assert VOBIZ.body(fork(max_seconds=seconds))["stream_timeout"] == sent


@pytest.mark.parametrize(
    "fields",
    [
        {"bidirectional": True, "track": "both"},
        {"bidirectional": True, "track": "outbound"},
        {"sample_rate": 24000},
        {"encoding": "x-mulaw", "sample_rate": 16000},
        {"parameters": {"a b": "1"}},
        {"parameters": {"a": "ü"}},
        {"parameters": {f"a{n}": "1" * 50 for n in range(10)}},
    ],
)
def test_what_they_cannot_do_has_a_reason(fields):
    assert "Vobiz" in VOBIZ.complaint(fork(**fields))


@pytest.mark.parametrize(
    "fields",
    [{}, {"bidirectional": True, "track": "inbound"}, {"sample_rate": 16000}, {"encoding": "x-mulaw"}],
)
def test_what_they_can_do_has_none(fields):
    assert PLIVO.complaint(fork(**fields)) == ""
