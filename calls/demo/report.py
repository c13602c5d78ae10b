"""Telling the demo's story as tables, and judging it: every claim is checked."""

from collections import Counter
from datetime import datetime

from rich.console import Console
from rich.table import Table

from calls.demo.scenario import EXPECTED_EVENTS, CallResult, Scenario

EXPECTED_EFFECTS = {
    "phone call over Twilio": [
        ("create_call", "sid"),
        ("end_call", "sid"),
        ("open_room", "room"),
        ("delete_room", "room"),
    ],
    "video call over GetStream": [("open_room", "sid"), ("end_room", "sid")],
}


def print_report(console: Console, story: Scenario) -> bool:
    """Print the story; True if everything happened that must, and nothing twice."""
    claims: list[tuple[str, bool]] = []
    for call in story.calls:
        console.rule(f"[bold]{call.name}[/]  {call.door} answered {call.answer}, repeated {call.repeated}")
        console.print(_timeline(call))
        _analysis(console, call)
        claims += _checks(story, call)
    claims.append(("nothing is left running at any provider", not any(story.still_live.values())))
    console.rule("[bold]what was found to be so")
    for text, good in claims:
        console.print(f"  {'[green]yes[/]' if good else '[bold red]NO[/] '}  {text}")
    return all(good for _, good in claims)


def _timeline(call: CallResult) -> Table:
    table = Table(box=None, header_style="bold")
    for title in ("time", "what", "name", "state", "by", "detail"):
        table.add_column(title)
    began = datetime.fromisoformat(call.story[0]["at"]) if call.story else None
    for entry in call.story:
        ms = (datetime.fromisoformat(entry["at"]) - began).total_seconds() * 1000 if began else 0
        color = {"done": "green", "failed": "red", "skipped": "dim"}.get(entry["state"], "yellow")
        state = f"[{color}]{entry['state']}[/]"
        table.add_row(
            f"{ms:8,.0f} ms", entry["what"], entry["name"], state, entry["by"][:20], entry["detail"][:60]
        )
    return table


def _analysis(console: Console, call: CallResult) -> None:
    found = call.analysis.get("analysis")
    if not found:
        console.print(f"analysis: {call.analysis.get('state')}: {call.analysis.get('error')}")
        return
    mood, numbers = found["sentiment"], found["metrics"]
    judge = f"{found['analyser']} {found['version']}"
    console.print(f"analysis: customer [bold]{mood['label']}[/] ({mood['score']}), by {judge}")
    console.print(
        f"  talk share {numbers['talk_share']}, questions {numbers['questions']}, "
        f"latency {numbers['response_latency_ms']} ms, longest monologue {numbers['longest_monologue']}"
    )


def _checks(story: Scenario, call: CallResult) -> list[tuple[str, bool]]:
    hooks = Counter(hook["type"] for hook in call.webhooks)
    settled = {step["kind"]: step["state"] for step in call.steps}
    claims = [
        (f"{call.name}: ended with 200, and with 200 again", (call.answer, call.repeated) == (200, 200)),
        (f"{call.name}: every step is settled: {settled}", _all_settled(settled)),
        (
            f"{call.name}: webhooks came once each: {dict(hooks)}",
            set(hooks) >= EXPECTED_EVENTS and set(hooks.values()) == {1},
        ),
        (f"{call.name}: every signature is valid", bool(hooks) and all(h["valid"] for h in call.webhooks)),
    ]
    for operation, what in EXPECTED_EFFECTS[call.name]:
        resource = call.provider_id if what == "sid" else f"echo-{call.id}"
        effects = story.sandbox.effects(operation, resource)
        claims.append((f"{call.name}: the sandbox's ledger has {operation} {effects} time(s)", effects == 1))
    if call.name.startswith("phone"):
        label = (call.analysis.get("analysis") or {}).get("sentiment", {}).get("label")
        claims.append((f"{call.name}: the analysis hears an unhappy customer: {label}", label == "negative"))
    return claims


def _all_settled(settled: dict[str, str]) -> bool:
    kinds = {"terminate", "clean_up", "analyse", "notify"}
    return (
        set(settled) == kinds
        and set(settled.values()) <= {"done", "skipped"}
        and settled["terminate"] == "done"
    )
