"""The table of sessions: as the docs have it, and as the API answers."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from liveplatform.accounts.scopes import ADMIN, READ, WRITE
from sessions_app.models import Session
from sessions_app.rules import FIELDS, PEOPLE, PUBLIC_FIELDS, STAFF_FIELDS, TABLE, VERBS, Answer, Asker
from tests.sessions_app.factories import HOST, registration, session, user_token

DOCS = Path(__file__).resolve().parents[2] / "docs" / "sessions.md"
STATUSES = tuple(Session.Status)
VALUES = {
    "title": "Another",
    "scheduled_at": (timezone.now() + timedelta(days=3)).isoformat(),
    "max_participants": 9,
    "kind": "office_hours",
    "metadata": {"a": 1},
}
WORDS = {
    Answer.YES: "yes",
    Answer.WINDOW: "in the join window",
    Answer.RAISE: "only more",
    Answer.SAME: "200, unchanged",
    Answer.NO: "412",
}
STAFF_VALUES = {
    **dict.fromkeys(("description", "category", "community_id", "community_slug"), "other"),
    **dict.fromkeys(("max_duration_minutes", "host_grace_minutes", "duration_minutes", "offer_minutes"), 45),
    "tags": ["sleep"],
    "cover_image_url": "https://example.com/cover.png",
    "co_host_ids": ["kim"],
    "is_public": False,
    "timezone": "Europe/Berlin",
    "requires_approval": True,
    "waitlist_mode": "offer",
    "custom_questions": [{"id": "why", "label": "Why?", "type": "text", "required": True, "options": []}],
    "reminder_minutes": [30],
    "registration_closes_at": VALUES["scheduled_at"],
}
REQUESTS = {"delete": ("DELETE", "")} | {verb: ("POST", f"/{verb}") for verb in ("start", "end", "cancel")}


def markdown() -> list[str]:
    """The table as docs/sessions.md has it."""
    head = "| | scheduled | live | ended | cancelled | who |"
    rows = [
        f"| {'`' + name + '`' if name in FIELDS else name} | "
        + " | ".join(WORDS[rule.answer(status)] for status in STATUSES)
        + f" | {', '.join(asker for asker in Asker if asker in rule.askers)} |"
        for name, rule in TABLE.items()
    ]
    return [head, "|---|---|---|---|---|---|", *rows]


def test_the_docs_have_the_table():
    lines = DOCS.read_text().splitlines()
    start = lines.index(markdown()[0])
    assert lines[start : start + len(TABLE) + 2] == markdown()


def row_in(account, status) -> Session:
    now = timezone.now()
    times = {
        Session.Status.LIVE: {"started_at": now},
        Session.Status.ENDED: {"started_at": now, "ended_at": now},
        Session.Status.CANCELLED: {"cancelled_at": now},
    }
    return session(account, status=status, **times.get(status, {}))


@pytest.fixture
def tokens(account):
    """The bearer of each asker."""
    return {
        Asker.HOST: user_token(account, HOST, READ, WRITE),
        Asker.USER: user_token(account, "somebody", READ, WRITE),
        Asker.STAFF: user_token(account, "somebody", READ, WRITE, ADMIN),
    }


@pytest.mark.parametrize("asker", Asker)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", PUBLIC_FIELDS)
def test_a_field(api, account, tokens, name, status, asker):
    row = row_in(account, status)
    before = getattr(row, name)
    answer = api(
        "PATCH", f"/v1/sessions/{row.pk}", {name: VALUES[name]}, Authorization=f"Bearer {tokens[asker]}"
    )
    rule = PUBLIC_FIELDS[name]
    allowed = rule.answer(status) in (Answer.YES, Answer.RAISE)
    expected = 403 if asker not in rule.askers else 200 if allowed else 412
    assert answer.status_code == expected, answer.content
    row.refresh_from_db()
    assert (getattr(row, name) != before) is (expected == 200)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", STAFF_FIELDS)
def test_a_field_of_the_staff(api, account, tokens, name, status):
    row = row_in(account, status)
    before, body = getattr(row, name), {name: STAFF_VALUES[name]}
    path = f"/v1/admin/sessions/{row.pk}"
    for asker in (Asker.USER, Asker.HOST):
        assert api("PATCH", path, body, Authorization=f"Bearer {tokens[asker]}").status_code == 403
    ignored = api("PATCH", f"/v1/sessions/{row.pk}", body)
    row.refresh_from_db()
    assert (ignored.status_code, getattr(row, name)) == (200, before), "it is none of the vendor's five"

    answer = api("PATCH", path, body, Authorization=f"Bearer {tokens[Asker.STAFF]}")
    expected = 200 if STAFF_FIELDS[name].answer(status) == Answer.YES else 412
    assert answer.status_code == expected, answer.content
    row.refresh_from_db()
    assert (getattr(row, name) != before) is (expected == 200)


@pytest.mark.parametrize("status", STATUSES)
def test_only_staff_restore(api, account, tokens, status):
    row = row_in(account, status)
    path, body = f"/v1/admin/sessions/{row.pk}", {"status": "scheduled"}
    for asker in (Asker.USER, Asker.HOST):
        assert api("PATCH", path, body, Authorization=f"Bearer {tokens[asker]}").status_code == 403
    answer = api("PATCH", path, body, Authorization=f"Bearer {tokens[Asker.STAFF]}")
    expected = 412 if VERBS["restore"].answer(status) == Answer.NO else 200
    assert answer.status_code == expected, answer.content
    row.refresh_from_db()
    assert row.status == ("scheduled" if expected == 200 else status)


@pytest.mark.parametrize("asker", Asker)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", REQUESTS)
def test_a_verb(api, account, rooms, tokens, verb, status, asker):
    row = row_in(account, status)
    method, path = REQUESTS[verb]
    answer = api(method, f"/v1/sessions/{row.pk}{path}", Authorization=f"Bearer {tokens[asker]}")
    rule = VERBS[verb]
    done = 204 if verb == "delete" else 200
    expected = 403 if asker not in rule.askers else 412 if rule.answer(status) == Answer.NO else done
    assert answer.status_code == expected, answer.content
    after = Session.objects.filter(pk=row.pk).values_list("status", flat=True).first()
    reached = {"start": "live", "end": "ended", "cancel": "cancelled", "delete": None}[verb]
    assert after == (reached if expected == done else status)


def request_of(verb, row, user):
    """The request by which this user does it; they have a seat, except to register."""
    if verb == "register":
        return "/registrations", None
    if verb == "approve":
        waiting = registration(row, user_id="cora", status="pending")
        return "/registrations/approve", {"registration_ids": [str(waiting.pk)]}
    seat = registration(row, user_id=user)
    return {
        "leave": (f"/registrations/{seat.pk}/cancel", None),
        "join": ("/join", {"user_id": user}),
        "ask": ("/questions", {"body": "Why?"}),
    }[verb]


@pytest.mark.parametrize("asker", Asker)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", PEOPLE)
def test_what_people_do(api, account, rooms, tokens, verb, status, asker):
    row = row_in(account, status)
    if verb == "join":
        Session.objects.filter(pk=row.pk).update(scheduled_at=timezone.now())
    path, body = request_of(verb, row, HOST if asker == Asker.HOST else "somebody")
    answer = api("POST", f"/v1/sessions/{row.pk}{path}", body, Authorization=f"Bearer {tokens[asker]}")
    rule = PEOPLE[verb]
    done = (200, 201)
    expected = (403,) if asker not in rule.askers else (412,) if rule.answer(status) == Answer.NO else done
    assert answer.status_code in expected, answer.content


@pytest.mark.parametrize("status", STATUSES)
def test_an_empty_body_changes_nothing(api, account, status):
    row = row_in(account, status)
    for body in ({}, {"no_such_field": 1}):
        answer = api("PATCH", f"/v1/sessions/{row.pk}", body)
        assert (answer.status_code, answer.json()["status"]) == (200, status)
    row.refresh_from_db()
    assert row.event_sequence == 0


def test_a_live_session_takes_more_people_only(api, account):
    row = row_in(account, Session.Status.LIVE)
    for seats, status in ((4, 412), (5, 200), (6, 200)):
        answer = api("PATCH", f"/v1/sessions/{row.pk}", {"max_participants": seats})
        assert answer.status_code == status, answer.content


def test_a_whole_live_session_can_be_sent_back(api, account):
    row = row_in(account, Session.Status.LIVE)
    body = api("GET", f"/v1/sessions/{row.pk}").json() | {"title": "Now live"}
    answer = api("PATCH", f"/v1/sessions/{row.pk}", body)
    assert (answer.status_code, answer.json()["title"]) == (200, "Now live")


def test_one_with_registered_people_is_not_deleted(api, account):
    row = session(account)
    registration(row)
    answer = api("DELETE", f"/v1/sessions/{row.pk}")
    assert (answer.status_code, "1 people" in answer.json()["message"]) == (412, True)
