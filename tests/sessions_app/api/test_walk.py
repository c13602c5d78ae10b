"""Answers about sessions that exist fit the OpenAPI document: schemathesis walks their routes with ids of real rows."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import schemathesis
from hypothesis import given, settings
from hypothesis.errors import Unsatisfiable

from tests.api.test_schema import ANYWHERE, BOUNDED, CHECKS, document
from tests.support.client import Customer

__all__ = ["document"]
OURS = ("/v1/sessions", "/v1/live/sessions", "/v1/admin/sessions", "/v1/session-series")
USER = "anna"


class Rows:
    """A session that is scheduled, with a person who waits for approval, a registered user and a question; and a series."""

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        at = (datetime.now(UTC) + timedelta(minutes=10)).isoformat()
        details = {"host_id": USER, "brand_id": "acme", "title": "t", "max_participants": 9}
        series = {"starts_at": at, "rule": "FREQ=WEEKLY;COUNT=3"}
        self.session_id = self.make("/v1/sessions", details | {"scheduled_at": at})
        self.series_id = self.make("/v1/session-series", details | series)
        path = f"/v1/sessions/{self.session_id}"
        self.registration_id = self.make(f"{path}/registrations", {"email": "b@example.com"}, user="ben")
        self.question_id = self.make(f"{path}/questions", {"body": "Why?"}, user="ben")

    def make(self, path: str, body: dict, user: str = USER) -> str:
        answer = self.customer.ask("POST", path, body, X_User_Id=user)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]


@pytest.fixture
def customer_of_sessions(platform) -> Customer:
    return Customer(platform, "the sessions that are walked")


@pytest.mark.timeout(300)  # beside other work on few cores
def test_answers_about_real_sessions_fit_the_document(document, customer_of_sessions):
    schema = schemathesis.openapi.from_dict(document)
    found = [result.ok() for result in schema.get_all_operations()]
    ours = [each for each in found if each.path.startswith(OURS) and "{" in each.path]
    # A livestream needs a session that is live: tests/sessions_app/api/livestreams/test_of_session.py.
    ours = [each for each in ours if "/livestream" not in each.path]
    assert len(ours) > 25
    answered: set[str] = set()
    rows = Rows(customer_of_sessions)
    for operation in sorted(ours, key=lambda each: each.method.upper() != "GET"):
        walk(operation, rows, answered)
        if operation.method.upper() != "GET":
            rows = Rows(customer_of_sessions)
    unseen = {operation.label for operation in ours} - answered
    assert len(unseen) < len(ours) / 4, unseen


def walk(operation, rows: Rows, answered: set[str]) -> None:
    """Requests as the document has them, about the rows; `answered` gets what has a 2xx."""
    customer = rows.customer
    headers = {"Authorization": customer.http.headers["Authorization"], "X-User-Id": USER}

    @settings(BOUNDED, max_examples=3)
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))
    def probe(case):
        for name in case.path_parameters or {}:
            case.path_parameters[name] = getattr(rows, name)
        answer = case.call(base_url=customer.local.url, headers=headers)
        said = (operation.label, answer.status_code, answer.text)
        assert answer.status_code < 500 or answer.status_code in (502, 503), said
        known = {int(status) for status in operation.definition.raw["responses"]}
        assert answer.status_code in known | ANYWHERE, said
        if answer.status_code in known and answer.content:
            case.validate_response(answer, checks=CHECKS)
        if answer.status_code < 300:
            answered.add(operation.label)

    with suppress(Unsatisfiable):
        probe()
