"""Metrics: one conversation calculated by hand, and invariants for generated turns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.analysis.metrics import measure
from calls.analysis.turns import Turn

CALL = [
    Turn("agent", "Hello, how can I help?", 0, 2_000),
    Turn("customer", "My line is dead.", 2_400, 5_000),
    Turn("agent", "Let me look.", 5_800, 7_000),
    Turn("agent", "One moment, please.", 14_000, 16_000),
    Turn("customer", "Wait, is it the", 15_000, 17_000),
    Turn("agent", "Yes?", 17_100, 17_600),
]


def test_a_call_measured_by_hand():
    found = measure(CALL)
    assert found["turns"] == {"total": 6, "customer": 2, "agent": 4}
    assert found["duration_ms"] == 17_600
    assert found["talk_share"] == {"customer": round(4600 / 10_300, 4), "agent": round(5700 / 10_300, 4)}
    assert found["longest_monologue"] == {"role": "agent", "ms": 10_200}
    assert found["interruptions"] == {"customer": 1, "agent": 0}
    assert found["silence"] == {"count": 1, "total_ms": 7_000, "share": round(7000 / 17_600, 4)}
    assert found["response_latency_ms"] == {"p50": 450.0, "p95": 765.0}
    assert found["questions"] == {"customer": 0, "agent": 2}
    assert found["words_per_minute"]["customer"] == round(8 * 60_000 / 4600, 1)


def test_without_times_there_is_null_never_zero():
    untimed = [*CALL[:3], Turn("customer", "and one without a time")]
    found = measure(untimed)
    for name in (
        "duration_ms",
        "talk_share",
        "longest_monologue",
        "interruptions",
        "silence",
        "words_per_minute",
        "response_latency_ms",
    ):
        assert found[name] is None
    assert found["turns"]["total"] == 4


times = st.one_of(st.none(), st.integers(0, 10_000_000))
turns = st.lists(
    st.builds(
        lambda role, text, start, length: Turn(
            role, text, start, None if start is None or length is None else start + length
        ),
        st.sampled_from(["customer", "agent", "other"]),
        st.text(max_size=60),
        times,
        times,
    ),
    max_size=25,
)


@given(turns)
def test_promises_for_any_turns(any_turns):
    found = measure(any_turns)
    if found["talk_share"]:
        assert sum(found["talk_share"].values()) == pytest.approx(1, abs=1e-3)
    if found["silence"]:
        assert found["silence"]["total_ms"] >= 0
    if found["response_latency_ms"]:
        assert 0 <= found["response_latency_ms"]["p50"] <= found["response_latency_ms"]["p95"]
