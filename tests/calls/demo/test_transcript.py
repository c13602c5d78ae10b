"""The transcript of the demo's call."""

from calls.analysis.turns import parse_turns
from calls.demo.transcript import LINES, turns


def test_turns_follow_each_other_without_overlap():
    spoken = parse_turns(turns())
    assert len(spoken) == len(LINES)
    assert all(
        (one.end_ms or 0) < (next_.start_ms or 0) for one, next_ in zip(spoken, spoken[1:], strict=False)
    )
