"""Questions over REST."""

import pytest

from sessions_app.models import Question, Session
from tests.sessions_app import factories


@pytest.fixture
def session(account) -> Session:
    session = factories.session(account)
    for user in ("anna", "ben"):
        factories.registration(session, user_id=user)
    return session


@pytest.fixture
def ask(api, session):
    def ask(method, path="", body=None, user="anna"):
        headers = {"X-User-Id": user} if user else {}
        return api(method, f"/v1/sessions/{session.pk}/questions{path}", body, **headers)

    return ask


def test_a_question_is_asked_in_the_vendors_form(ask, session):
    answer = ask("POST", body={"body": "Why?"})
    assert answer.status_code == 201, answer.content
    question = Question.objects.get()
    assert answer.json() == {
        "id": str(question.pk),
        "session_id": str(session.pk),
        "asker_user_id": "anna",
        "body": "Why?",
        "status": "pending",
        "vote_count": 0,
        "asked_at": answer.json()["asked_at"],
        "moderated_at": None,
        "moderator_user_id": None,
        "answer": None,
    }
    assert ask("GET", f"/{question.pk}").json() == answer.json()


@pytest.mark.parametrize("body", ["", "   ", "x" * 401, "a\0b", 5, None])
def test_its_length_is_bounded(ask, body):
    assert ask("POST", body={"body": body}).status_code == 400
    assert ask("POST", body={"body": "x" * 400}).status_code == 201


def test_who_is_not_registered_is_refused_with_a_reason(ask):
    answer = ask("POST", body={"body": "Why?"}, user="carl")
    assert (answer.status_code, answer.json()["error"]) == (412, "not_joinable")
    assert answer.json()["reason"] == "not_registered"
    assert ask("POST", body={"body": "Why?"}, user="").status_code == 400


def test_votes_and_moderation(ask):
    first = ask("POST", body={"body": "First?"}).json()["id"]
    assert ask("POST", f"/{first}/approve", user="").json()["status"] == "approved"
    for _ in range(2):
        assert ask("POST", f"/{first}/vote", user="ben").json()["vote_count"] == 1
    (shown,) = ask("GET", user="ben").json()["questions"]
    assert shown["has_voted"] is True
    for _ in range(2):
        assert ask("DELETE", f"/{first}/vote", user="ben").json()["vote_count"] == 0
    answered = ask("POST", f"/{first}/answer", {"answer": "So."}, user=factories.HOST).json()
    assert (answered["answer"], answered["moderator_user_id"]) == ("So.", factories.HOST)
    assert ask("POST", f"/{first}/dismiss", user="").json()["status"] == "dismissed"
    assert ask("POST", f"/{first}/vote").json()["error"] == "wrong_state"


@pytest.mark.parametrize("order", ["votes", "time"])
def test_pages_hold_every_question_once(ask, session, order):
    made = [
        Question.objects.create(session=session, asker_user_id="anna", body=str(n), vote_count=n % 3)
        for n in range(7)
    ]
    expected = {
        "votes": sorted(made, key=lambda each: (each.vote_count, each.pk), reverse=True),
        "time": sorted(made, key=lambda each: each.pk, reverse=True),
    }[order]
    seen, cursor = [], ""
    while cursor is not None:
        page = ask("GET", f"?order={order}&limit=3&cursor={cursor}" if cursor else f"?order={order}&limit=3")
        seen += [row["id"] for row in page.json()["questions"]]
        cursor = page.json()["next_cursor"]
    assert seen == [str(each.pk) for each in expected]


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "cursor=1-2-3", "limit=0", "limit=201", "order=size", "status=x", "order=time&cursor=x"],
)
def test_wrong_parameters_are_400(ask, query):
    assert ask("GET", f"?{query}").status_code == 400


def test_hosts_filter_by_status(ask):
    ask("POST", body={"body": "Why?"})
    assert len(ask("GET", "?status=pending", user="").json()["questions"]) == 1
    assert ask("GET", "?status=approved", user="").json()["questions"] == []
