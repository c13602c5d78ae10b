"""How many statements each address of calls costs: written down one by one, so that none grows unseen.

Every list holds several rows, so a statement per row would show. What opens, keeps and closes a
transaction within the test's own is not counted.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from calls.bulk.operations import start_operation
from calls.filters import CallFilter
from calls.lifecycle.end import end
from calls.models import Agent, AutoEndRule, Step, Transcript
from calls.models.end_code import EndCode
from tests.calls.streams.streams import stream
from tests.support.factories import NUMBER, TWIML
from tests.support.routes import routes, scopes_of

VOBIZ_CALL = {"from": NUMBER, "to": "+14155550111", "answer_url": "https://app.example.com/answer"}
TURNS = {"turns": [{"role": "customer", "text": "hello"}]}
FRAMES = ("SAVEPOINT", "RELEASE", "SET LOCAL", "BEGIN", "COMMIT", "DISCARD")

# Method and address (of {id} an ended phone call, of {live} a live video call), body, statements.
COSTS = [
    ("GET", "v1/live/calls", None, 2),
    ("POST", "v1/live/calls", {"host_user_id": "h", "title": "t"}, 9),
    ("GET", "v1/live/calls/{live}", None, 2),
    ("PATCH", "v1/live/calls/{live}", {"title": "new", "time_limit": 60}, 7),
    ("POST", "v1/live/calls/{live}/token", {"user_id": "u"}, 2),
    ("POST", "v1/live/calls/{waiting}/start", None, 7),
    ("POST", "v1/live/calls/{live}/end", None, 18),
    ("POST", "calls", {"call_from": NUMBER, "call_to": "+14155550111"}, 7),
    ("GET", "calls/{id}", None, 3),
    ("POST", "calls/end", {"call_id": "{live_phone}"}, 1),
    ("POST", "calls/make-call", {"call_from": NUMBER, "call_to": "+14155550111", "twiml": TWIML}, 9),
    ("GET", "calls/query", None, 4),
    ("GET", "phone_number", None, 1),
    ("GET", "v1/calls", None, 2),
    ("GET", "v1/calls/export?format=ndjson", None, 2),
    ("POST", "v1/calls/{live}/end", {}, 1),
    ("GET", "v1/calls/{id}/steps", None, 2),
    ("POST", "v1/calls/{id}/steps/terminate/run", None, 5),
    ("GET", "v1/calls/{live}/participants", None, 2),
    ("GET", "v1/calls/{id}/timeline", None, 7),
    ("GET", "v1/calls/{id}/transcript", None, 2),
    ("PUT", "v1/calls/{id}/transcript", TURNS, 6),
    ("POST", "v1/calls/{id}/transcript", TURNS, 7),
    ("GET", "v1/calls/{id}/analysis", None, 3),
    ("POST", "v1/calls/{id}/analysis", None, 5),
    ("GET", "v1/calls/{id}/record", None, 1),
    ("PATCH", "v1/calls/{id}/record", {"notes": "n", "rating": 3}, 5),
    ("GET", "v1/calls/{id}/recordings", None, 2),
    ("POST", "v1/calls/{id}/recordings", None, 4),
    ("POST", "v1/calls/bulk-end", {"all": True}, 2),
    ("GET", "v1/operations", None, 1),
    ("GET", "v1/operations/{operation}", None, 3),
    ("POST", "v1/operations/{operation}/cancel", None, 6),
    ("GET", "v1/auto-end-rules", None, 1),
    ("POST", "v1/auto-end-rules", {"name": "r", "older_than": 60, "filter": {"is_test": True}}, 5),
    ("PATCH", "v1/auto-end-rules/{rule}", {"name": "s"}, 4),
    ("POST", "v1/auto-end-rules/{rule}/dry-run", None, 2),
    ("DELETE", "v1/auto-end-rules/{rule}", None, 2),
    ("GET", "v1/phone-numbers", None, 1),
    ("POST", "v1/phone-numbers", {"phone_number": "+14155550122", "connection_id": "{connection}"}, 2),
    ("DELETE", "v1/phone-numbers/{number}", None, 2),
    ("GET", "ai-agent", None, 1),
    ("GET", "ai-agent/{agent}", None, 1),
    ("GET", "v1/agents", None, 1),
    ("POST", "v1/agents", {"name": "new", "twiml": TWIML}, 4),
    ("GET", "v1/agents/{agent}", None, 1),
    ("PATCH", "v1/agents/{agent}", {"name": "renamed"}, 3),
    ("DELETE", "v1/agents/{agent}", None, 2),
    ("GET", "v1/streams", None, 1),
    ("GET", "v1/streams/{stream}", None, 1),
    ("POST", "v1/streams/{stream}/stop", None, 21),
    ("GET", "v1/calls/{live_phone}/streams", None, 2),
    ("POST", "api/v1/Account/{auth}/Call/", VOBIZ_CALL, 9),
    ("GET", "api/v1/Account/{auth}/Call/?status=live", None, 1),
    ("GET", "api/v1/Account/{auth}/Call/{live_phone}/?status=live", None, 1),
    ("DELETE", "api/v1/Account/{auth}/Call/{live_phone}/", None, 2),
    ("GET", "api/v1/Account/{auth}/Call/{live_phone}/Stream/", None, 3),
    ("POST", "api/v1/Account/{auth}/Call/{live_phone}/Stream/", {"service_url": "wss://new.example.com"}, 22),
    ("DELETE", "api/v1/Account/{auth}/Call/{id}/Stream/", None, 1),  # of several each is stopped
    ("GET", "api/v1/Account/{auth}/Call/{live_phone}/Stream/{stream}/", None, 1),
    ("DELETE", "api/v1/Account/{auth}/Call/{live_phone}/Stream/{stream}/", None, 20),
]
# The same viewset at another address.
ELSEWHERE = {
    "v1/calls",
    "v1/calls/end",
    "v1/calls/make-call",
    "v1/calls/query",
    "v1/phone_number",
    "v1/calls/{}",
    "v1/ai-agent",
    "v1/ai-agent/{}",
}


@pytest.fixture
def ids(line, account) -> dict[str, str]:
    """One of everything, and of what is listed several."""
    for _ in range(3):
        over = line.dial()
        Transcript.objects.create(call=over, turns=TURNS["turns"])
        end(over.pk, account_id=account.pk, actor="test")
    Step.objects.filter(call=over).update(state="done")
    live = [line.open() for _ in range(3)]
    operation = [
        start_operation(account.pk, CallFilter(), reason="", code=EndCode.STALE, actor="t") for _ in range(2)
    ][-1]
    rule = [AutoEndRule.objects.create(account=account, name=name, min_age=60) for name in "ab"][-1]
    live_phone = line.dial()
    streams = [stream(account, call=live_phone, provider_stream_id=f"MZ{n}") for n in range(3)]
    agents = [Agent.objects.create(account=account, name=f"agent {n}", twiml=TWIML) for n in range(3)]
    return {
        "auth": account.auth_id,
        "agent": str(agents[-1].pk),
        "stream": str(streams[-1].pk),
        "id": str(over.pk),
        "live": str(live[-1].pk),
        "live_phone": str(live_phone.pk),
        "waiting": str(line.open(scheduled_at=timezone.now() + timedelta(days=1)).pk),
        "operation": str(operation.pk),
        "rule": str(rule.pk),
        "connection": str(line.phone.pk),
        "number": str(account.phone_numbers.get().pk),
    }


def filled(value, ids):
    if isinstance(value, dict):
        return {name: filled(inner, ids) for name, inner in value.items()}
    if isinstance(value, str) and "{" in value:
        return value.format_map(ids)
    return value


@pytest.mark.parametrize(("method", "path", "body", "cost"), COSTS, ids=[f"{m} {p}" for m, p, _, _ in COSTS])
def test_statements(api, ids, method, path, body, cost):
    api("GET", "/v1/operations")  # the key is known from here on
    with CaptureQueriesContext(connection) as captured:
        answer = api(method, "/" + filled(path, ids), filled(body, ids))
        b"".join(answer) if answer.streaming else answer.content
    assert answer.status_code < 300, answer.content
    found = [query["sql"] for query in captured if not query["sql"].strip().startswith(FRAMES)]
    assert len(found) == cost, "\n".join(found)


def test_every_address_of_calls_is_here():
    known = {(method, _bare(path)) for method, path, _, _ in COSTS}
    found = {
        (method, _bare(path))
        for path, view in routes()
        if view.cls.__module__.startswith("calls.")
        for method, scope in scopes_of(view).items()
        if scope  # the providers' events are tested with calls.provider_events
    }
    assert {pair for pair in found - known if pair[1] not in ELSEWHERE} == set()


def _bare(path):
    """Its parameters without their names; of the vendors' addresses one stands for all four."""
    plain = path.partition("?")[0]
    parts = (plain.removeprefix("api/").rstrip("/") if "/Account/" in plain else plain).split("/")
    kinds = [step.value for step in Step.Kind]
    return "/".join("{}" if part[:1] in ("<", "{") or part in kinds else part for part in parts)
