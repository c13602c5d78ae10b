"""The demo's report: timelines, analyses, and the checks that decide its exit status."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from calls.demo.scenario import EXPECTED_EVENTS, CallResult, Scenario
from calls.demo.stories import Moment, Story

EXPECTED_EFFECTS = {
    "phone call over Twilio": [
        "create_call",
        "end_call",
    ],
    "video call over GetStream": ["open_room", "end_room"],
}


def print_report(console: Console, scenario: Scenario, stories: Sequence[Story] = ()) -> bool:
    """Print the report; True if every effect happened, and none twice."""
    checks: list[tuple[str, bool]] = []
    for call in scenario.calls:
        statuses = f"answered {call.first_status}, repeated {call.repeated_status}"
        console.rule(f"[bold]{call.name}[/]  {call.end_route} {statuses}")
        console.print(_timeline(call))
        _analysis(console, call)
        checks += _checks(scenario, call)
    for story in stories:
        console.rule(f"[bold]{story.name}[/]")
        console.print(_moments(story.moments))
        checks += [(f"{story.name}: {text}", passed) for text, passed in story.checks()]
    checks.append(("nothing is left running at any provider", not any(scenario.still_live.values())))
    console.rule("[bold]checks")
    for text, passed in checks:
        console.print(f"  {'[green]yes[/]' if passed else '[bold red]NO[/] '}  {text}")
    return all(passed for _, passed in checks)


def _moments(moments: Sequence[Moment]) -> Table:
    table = Table("time", "what", "state", "detail", box=None, header_style="bold")
    for moment in moments:
        ms = (moment.at - moments[0].at) * 1000
        table.add_row(f"{ms:8,.0f} ms", moment.what, moment.state, moment.detail[:70])
    return table


def _timeline(call: CallResult) -> Table:
    table = Table("time", "what", "name", "state", "by", "detail", box=None, header_style="bold")
    began = datetime.fromisoformat(call.timeline[0]["at"]) if call.timeline else None
    for entry in call.timeline:
        ms = (datetime.fromisoformat(entry["at"]) - began).total_seconds() * 1000 if began else 0
        color = {"done": "green", "failed": "red", "skipped": "dim"}.get(entry["state"], "yellow")
        state = f"[{color}]{entry['state']}[/]"
        table.add_row(
            f"{ms:8,.0f} ms", entry["what"], entry["name"], state, entry["by"][:20], entry["detail"][:60]
        )
    return table


def _analysis(console: Console, call: CallResult) -> None:
    analysis = call.analysis.get("analysis")
    if not analysis:
        console.print(f"analysis: {call.analysis.get('state')}: {call.analysis.get('error')}")
        return
    sentiment, metrics = analysis["sentiment"], analysis["metrics"]
    analyser = f"{analysis['analyser']} {analysis['version']}"
    console.print(f"analysis: customer [bold]{sentiment['label']}[/] ({sentiment['score']}), by {analyser}")
    console.print(
        f"  talk share {metrics['talk_share']}, questions {metrics['questions']}, "
        f"latency {metrics['response_latency_ms']} ms, longest monologue {metrics['longest_monologue']}"
    )


def _checks(scenario: Scenario, call: CallResult) -> list[tuple[str, bool]]:
    hooks = Counter(hook["type"] for hook in call.webhooks)
    settled = {step["kind"]: step["state"] for step in call.steps}
    checks = [
        (
            f"{call.name}: ended with 200, and with 200 again",
            (call.first_status, call.repeated_status) == (200, 200),
        ),
        (f"{call.name}: every step is settled: {settled}", _all_settled(settled)),
        (
            f"{call.name}: each webhook came once: {dict(hooks)}",
            set(hooks) >= EXPECTED_EVENTS and set(hooks.values()) == {1},
        ),
        (f"{call.name}: every signature is valid", bool(hooks) and all(h["valid"] for h in call.webhooks)),
    ]
    for operation in EXPECTED_EFFECTS[call.name]:
        effects = scenario.sandbox.effects(operation, call.provider_id)
        checks.append((f"{call.name}: the sandbox's ledger has {operation} {effects} time(s)", effects == 1))
    if call.name.startswith("phone"):
        label = (call.analysis.get("analysis") or {}).get("sentiment", {}).get("label")
        checks.append((f"{call.name}: the analysis finds an unhappy customer: {label}", label == "negative"))
    return checks


def _all_settled(settled: dict[str, str]) -> bool:
    kinds = {"terminate", "clean_up", "analyse", "notify"}
    return (
        set(settled) == kinds
        and set(settled.values()) <= {"done", "skipped"}
        and settled["terminate"] == "done"
    )
