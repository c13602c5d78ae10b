"""Baseline: the same work as ordinary Celery tasks.

One task per delivery, a chain of five per call, `requests` with a session per process, results ignored; no
rows and no retries, so a crash loses the work.
"""

import json
import os
from functools import cache

import redis
import requests
from celery import Celery, chain

from calls.analysis.analyse import analyse as analyse_turns
from calls.analysis.turns import parse_turns
from liveplatform.webhooks.signing import signature_headers as signed

URL = os.environ.get("BENCH_REDIS", "")
app = Celery("bench", broker=URL.replace("unix://", "redis+socket://"))
app.conf.task_ignore_result = True
app.conf.worker_prefetch_multiplier = 64
COUNT = "bench-count"


@app.task(name="bench.noop")
def noop() -> None:
    _count()


@app.task(name="bench.deliver")
def deliver(url: str, message_id: str, body: str, secret: str) -> None:
    _deliver(url, message_id, body, secret)
    _count()


@app.task(name="bench.terminate")
def terminate(call: dict[str, str]) -> dict[str, str]:
    """End the call, with Twilio's request."""
    url = f"{call['sandbox']}/2010-04-01/Accounts/{call['account']}/Calls/{call['leg']}.json"
    http().post(url, data={"Status": "completed"}, auth=(call["account"], "t")).raise_for_status()
    _count()
    return call


@app.task(name="bench.clean_up")
def clean_up(call: dict[str, str]) -> dict[str, str]:
    """Delete the room, with GetStream's request."""
    url = f"{call['sandbox']}/api/v2/video/call/default/{call['room']}/delete?api_key={call['key']}"
    headers = {"Authorization": call["token"], "stream-auth-type": "jwt"}
    http().post(url, json={"hard": False}, headers=headers).raise_for_status()
    _count()
    return call


@app.task(name="bench.analyse")
def analyse(call: dict[str, str]) -> dict[str, str]:
    """The platform's analyser over the same dialogue."""
    found = analyse_turns(parse_turns(json.loads(call["turns"])))
    _count()
    return call | {"sentiment": found.sentiment["label"]}


@app.task(name="bench.conclude")
def conclude(call: dict[str, str]) -> dict[str, str]:
    """Stands for storing the result."""
    _count()
    return call | {"status": "processed"}


@app.task(name="bench.notify")
def notify(call: dict[str, str]) -> None:
    body = json.dumps({name: call[name] for name in ("leg", "room", "status", "sentiment")})
    _deliver(call["hook"], call["leg"], body, call["secret"])
    _count()


def processing_chain(call: dict[str, str]) -> chain:
    """Post-processing of a call as a chain of five tasks."""
    first, *rest = (terminate, clean_up, analyse, conclude, notify)
    return chain(first.s(call), *(task.s() for task in rest))


def _deliver(url: str, message_id: str, body: str, secret: str) -> None:
    sent = signed(message_id, 1700000000, body.encode(), [secret]) | {"Content-Type": "application/json"}
    http().post(url, data=body.encode(), headers=sent, timeout=15).raise_for_status()


def _count() -> None:
    counter().incr(COUNT)


@cache
def counter() -> redis.Redis:
    return redis.from_url(URL)


@cache
def http() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session
