"""What users with a JWT of their own may do with registrations and questions."""

import pytest

from liveplatform.accounts import tokens
from sessions_app.models import Registration, Session
from tests.sessions_app import factories
from tests.support.jwt_issuer import issuer, token


@pytest.fixture
def session(account) -> Session:
    tokens.clear_cache()
    issuer(account)
    return factories.session(account, max_participants=2, host_id="host", co_host_ids=["helper"])


@pytest.fixture
def ask(api, session):
    """Requests about the session with a user's own token."""

    def ask(user, method, path, body=None, **claims):
        bearer = token(sub=user, scope="read:live write:live", **claims)
        return api(method, f"/v1/sessions/{session.pk}{path}", body, Authorization=f"Bearer {bearer}")

    return ask


def test_a_user_is_the_subject_whose_verified_address_gets_the_mail(ask):
    claims = {"email": "anna@example.com", "email_verified": True}
    shown = ask("anna", "POST", "/registrations", **claims).json()
    assert (shown["user_id"], shown["status"]) == ("anna", "registered")
    assert Registration.objects.get().email == "anna@example.com"
    ask("ben", "POST", "/registrations", email="ben@example.com")
    assert Registration.objects.get(user_id="ben").email == ""


def test_others_registrations_are_not_there(ask):
    own = ask("anna", "POST", "/registrations").json()["id"]
    assert ask("anna", "GET", f"/registrations/{own}").status_code == 200
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("POST", "/accept")):
        assert ask("ben", method, f"/registrations/{own}{path}").status_code == 404
    for user in ("host", "helper"):
        assert ask(user, "GET", f"/registrations/{own}").status_code == 200


def test_the_roster_and_decisions_are_the_hosts(ask):
    ids = {"registration_ids": [ask("anna", "POST", "/registrations").json()["id"]]}
    for method, path, body in (("GET", "", None), ("POST", "/approve", ids), ("POST", "/deny", ids)):
        answer = ask("ben", method, f"/registrations{path}", body)
        assert (answer.status_code, answer.json()["error"]) == (403, "not_the_host")
    assert ask("helper", "GET", "/registrations").status_code == 200


def test_only_hosts_register_others(ask):
    for body in ({"guest_email": "g@example.com"}, {"patient_id": "p1"}, {"role": "host"}):
        assert ask("ben", "POST", "/register", body).json()["error"] == "not_the_host"
    assert ask("helper", "POST", "/register", {"guest_email": "g@example.com"}).status_code == 201
    assert ask("ben", "POST", "/register", {"patient_id": "ben"}).json()["user_id"] == "ben"


def test_only_hosts_moderate(ask):
    ask("anna", "POST", "/registrations")
    question = ask("anna", "POST", "/questions", {"body": "Why?"}).json()["id"]
    assert ask("anna", "POST", f"/questions/{question}/approve").status_code == 403
    assert ask("ben", "GET", f"/questions/{question}").status_code == 404
    assert ask("helper", "POST", f"/questions/{question}/approve").json()["moderator_user_id"] == "helper"
    assert ask("ben", "GET", f"/questions/{question}").status_code == 200


def test_a_subject_that_no_row_can_hold_is_refused(ask):
    answer = ask("x" * 256, "POST", "/registrations")
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert ask("x" * 255, "POST", "/registrations").status_code == 201


def test_a_brand_of_the_token_binds(ask):
    assert ask("anna", "POST", "/registrations", brand_id="another").status_code == 404
    assert ask("anna", "POST", "/registrations", brand_id=factories.BRAND).status_code == 201
