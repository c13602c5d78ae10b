"""The demo's report passes only if every effect happened, and none twice."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from calls.demo.report import print_report
from calls.demo.scenario import CallResult

ANALYSIS = {
    "analyser": "lexicon",
    "version": "1",
    "sentiment": {"label": "negative", "score": -0.5},
    "metrics": dict.fromkeys(("talk_share", "questions", "response_latency_ms", "longest_monologue")),
}
STEPS = [{"kind": kind, "state": "done"} for kind in ("terminate", "clean_up", "analyse", "notify")]
WEBHOOKS = [{"type": type, "id": type, "valid": True, "at": 0} for type in ("call.ended", "call.processed")]
ENTRY = {
    "at": "2026-01-01T00:00:00Z",
    "what": "call",
    "name": "ended",
    "state": "done",
    "by": "",
    "detail": "",
}


def report(effects: int = 1, still_live: tuple[str, ...] = (), **changes) -> tuple[bool, str]:
    call = CallResult("phone call over Twilio", "id", "POST /calls/end", 200, 200, "CA1")
    call.timeline, call.steps, call.webhooks = [ENTRY], STEPS, WEBHOOKS
    call.analysis = {"analysis": ANALYSIS}
    for name, value in changes.items():
        setattr(call, name, value)
    ledger = SimpleNamespace(effects=lambda operation, resource: effects)
    scenario = SimpleNamespace(calls=[call], sandbox=ledger, still_live={"twilio": list(still_live)})
    out = io.StringIO()
    return print_report(Console(file=out, width=200), scenario), out.getvalue()


def test_everything_as_expected_passes():
    passed, text = report()
    assert passed and "NO" not in text


@pytest.mark.parametrize(
    "changes",
    [
        {"effects": 2},
        {"still_live": ("CA1",)},
        {"repeated_status": 409},
        {"webhooks": WEBHOOKS * 2},
        {"webhooks": [hook | {"valid": False} for hook in WEBHOOKS]},
        {"steps": STEPS[:3]},
        {"steps": [step | {"state": "failed"} for step in STEPS]},
        {"analysis": {"state": "failed", "error": "x"}},
    ],
)
def test_anything_else_fails(changes):
    passed, text = report(**changes)
    assert not passed and "NO" in text
