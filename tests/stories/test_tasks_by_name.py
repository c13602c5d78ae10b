"""Tasks triggered by name over Celery, on a real worker; its log has their outcome."""

import json
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from liveplatform.dev.stack import ROOT, LocalStack

STEP_TASKS = {
    "calls.terminate_provider_call": "terminate",
    "calls.clean_up_room": "clean_up",
    "calls.analyse_call": "analyse",
    "calls.send_webhooks": "notify",
}
SEND = """
import json, sys
from liveplatform.celery import app
for name, args in json.load(sys.stdin):
    app.send_task(name, args=args)
"""


def send(platform: LocalStack, *tasks: tuple[str, list[object]]) -> None:
    run = [sys.executable, "-c", SEND]
    subprocess.run(
        run, cwd=ROOT, env=platform.env, input=json.dumps(tasks), text=True, check=True, timeout=60
    )


def logged(platform: LocalStack, mark: str, count: int) -> list[dict[str, str]]:
    """The worker's log lines about tasks that contain `mark`, once there are `count`."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        lines = [
            json.loads(x) for x in platform.log("worker").splitlines() if x.startswith("{") and mark in x
        ]
        found = [line for line in lines if line["event"].startswith("task_")]
        if len(found) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(platform.log("worker")[-2000:])


def test_a_task_logs_what_it_did(customer, platform):
    call = customer.phone_call()
    send(platform, ("calls.end", [call.id, "a private reason"]))
    (line,) = logged(platform, call.id, 1)
    assert (line["event"], line["level"], line["task"]) == ("task_done", "info", "calls.end")
    assert line["call_id"] == call.id
    assert f"{call.id}: ended at" in line["result"]
    assert "private" not in str(line)
    call.settled()


@pytest.mark.parametrize("name", STEP_TASKS)
def test_each_step_of_a_call_is_run_by_its_name(customer, platform, name):
    call = customer.phone_call()
    call.end()
    steps = call.settled()
    send(platform, (name, [call.id]))
    (line,) = logged(platform, call.id, 1)
    assert (line["event"], line["task"], line["call_id"]) == ("task_done", name, call.id)
    kind = STEP_TASKS[name]
    state = "skipped: The call has no streams." if kind == "clean_up" else "done"
    assert f"{kind} {state} (attempt {steps[kind]['attempts'] + 1} of" in line["result"]
    assert call.effects() == 1, "the provider was asked, and had nothing left to end"


@pytest.mark.parametrize("name", STEP_TASKS)
def test_a_step_of_a_live_call_is_refused(customer, platform, name):
    call = customer.phone_call()
    send(platform, (name, [call.id]))
    (line,) = logged(platform, call.id, 1)
    assert (line["event"], line["level"]) == ("task_refused", "warning")
    assert "has not ended" in line["reason"]
    call.end()
    call.settled()


def test_bad_arguments_are_a_warning_in_a_sentence(platform):
    mark = f"nope-{uuid4()}"
    send(
        platform,
        *((name, [mark]) for name in ("calls.end", *STEP_TASKS, "work.drain")),
        ("work.run", [mark, "x"]),
        ("work.ring", [mark]),
        ("calls.analyse_call", [mark, "one", "too many"]),
    )
    lines = logged(platform, mark, 8)
    assert {(line["event"], line["level"]) for line in lines} == {("task_refused", "warning")}
    assert not any("exception" in line for line in lines)
    assert mark not in "".join(x for x in platform.log("worker").splitlines() if "Traceback" in x)
