"""The sessions API: the vendor's schema, who asks, and what is refused."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
from django.utils import timezone

from liveplatform.webhooks.models import Event
from sessions_app.models import Session
from tests.sessions_app.factories import BRAND, HOST, registration, session, user_token
from tests.support.api_client import ApiClient

SEED = Path(__file__).resolve().parents[3] / "support" / "seeds" / "sessions.json"
LATER = (timezone.now() + timedelta(days=2)).isoformat()
BODY = {"host_id": HOST, "brand_id": BRAND, "title": "Yoga", "scheduled_at": LATER, "max_participants": 3}


def patch(api, row, body, **headers):
    return api("PATCH", f"/v1/sessions/{row.pk}", body, **headers)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_session_is_made_with_the_fields_of_the_vendor(api):
    answer = api("POST", "/v1/sessions", BODY | {"metadata": {"a": 1}, "no_such_field": 1})
    made = answer.json()
    assert (answer.status_code, made["status"], made["kind"]) == (201, "scheduled", "live")
    assert (made["stream_call_id"], made["registered_count"], made["is_registered"]) == (None, 0, False)
    assert api("GET", f"/v1/sessions/{made['id']}").json() == made


def test_answers_and_errors_have_the_schema_of_the_seed(api, account):
    schema = json.loads(SEED.read_text())
    row = session(account, metadata={"a": 1})
    over = session(account, status="ended", ended_at=timezone.now())
    changed = patch(api, row, {"title": "Another", "kind": "office_hours"})
    jsonschema.validate(changed.json(), schema["200"], format_checker=jsonschema.FormatChecker())
    assert changed.json().keys() == schema["200"]["properties"].keys()
    unknown = api("PATCH", f"/v1/sessions/{account.pk}", {})
    for answer, status in ((patch(api, over, {"title": "x"}), 412), (unknown, 404)):
        assert answer.status_code == status
        jsonschema.validate(answer.json(), schema[str(status)])
        assert answer.json().keys() == {"error", "message"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "x" * 501},
        {"title": 5},
        {"title": None},
        {"max_participants": 0},
        {"max_participants": "5"},
        {"max_participants": 1.5},
        {"max_participants": True},
        {"max_participants": 1_000_001},
        {"max_participants": 2**63 - 1},
        {"kind": "webinar"},
        {"scheduled_at": "tomorrow"},
        {"scheduled_at": "2030-01-01T10:00:00"},
        {"scheduled_at": "2001-01-01T10:00:00Z"},
        {"scheduled_at": "9999-12-31T23:59:59Z"},
        {"scheduled_at": None},
        {"metadata": None},
        {"metadata": []},
        {"metadata": {"x": "y" * 70_000}},
    ],
    ids=lambda wrong: json.dumps(wrong)[:40],
)
def test_wrong_values_are_400_and_named(api, account, wrong):
    row = session(account)
    (name,) = wrong
    for answer in (patch(api, row, wrong), api("POST", "/v1/sessions", BODY | wrong)):
        assert answer.status_code == 400, answer.content
        assert answer.json()["message"].startswith(name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Mars/Olympus"},
        {"tags": ["x"] * 1 + [f"t{n}" for n in range(20)]},
        {"duration_minutes": 0},
        {"co_host_ids": [1]},
        {"waitlist_mode": "lottery"},
        {"offer_minutes": 0},
        {"custom_questions": [{"id": "A"}]},
        {"reminder_minutes": [1, 2, 3, 4, 5, 6]},
        {"is_public": "yes"},
        {"cover_image_url": "javascript:alert(1)"},
        {"brand_id": "x" * 65},
        {"host_id": ""},
        {"description": "x" * 5001},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_wrong_options_are_400_and_named(api, wrong):
    answer = api("POST", "/v1/sessions", BODY | wrong)
    (name,) = wrong
    assert (answer.status_code, answer.json()["message"].startswith(name)) == (400, True), answer.content


def test_options_are_kept(api):
    options = {
        "timezone": "Europe/Berlin",
        "duration_minutes": 45,
        "tags": ["a", "a", "b"],
        "category": "yoga",
    }
    made = api("POST", "/v1/sessions", BODY | options).json()
    row = Session.objects.get(pk=made["id"])
    assert (row.timezone, row.tags, made["category"], made["duration_minutes"]) == (
        "Europe/Berlin",
        ["a", "b"],
        "yoga",
        45,
    )


def test_required_fields_are_named(api):
    for name in BODY:
        answer = api("POST", "/v1/sessions", {key: value for key, value in BODY.items() if key != name})
        assert (answer.status_code, answer.json()["message"].startswith(name)) == (400, True)


def test_a_user_makes_sessions_that_it_hosts(api, account):
    host, other = user_token(account, HOST), user_token(account, "anna")
    assert api("POST", "/v1/sessions", BODY, **bearer(host)).status_code == 201
    assert api("POST", "/v1/sessions", BODY, **bearer(other)).status_code == 403
    assert api("POST", "/v1/sessions", BODY | {"co_host_ids": ["anna"]}, **bearer(other)).status_code == 403
    assert api("POST", "/v1/sessions", BODY | {"host_id": "anna"}, **bearer(other)).status_code == 201


def test_a_brand_binds_every_read_and_write(api, account):
    mine, theirs = session(account), session(account, brand_id="other")
    token = user_token(account, HOST, brand_id=BRAND)
    for headers in ({"X_Brand_Id": BRAND}, bearer(token), bearer(token) | {"X_Brand_Id": "other"}):
        ids = [each["id"] for each in api("GET", "/v1/live/sessions", **headers).json()["sessions"]]
        assert ids == [str(mine.pk)]
        assert api("GET", f"/v1/sessions/{theirs.pk}", **headers).status_code == 404
        assert patch(api, theirs, {"title": "x"}, **headers).status_code == 404
        assert api("POST", f"/v1/sessions/{theirs.pk}/start", **headers).status_code == 404
        assert api("POST", "/v1/sessions", BODY | {"brand_id": "other"}, **headers).status_code == 400
    assert len(api("GET", "/v1/live/sessions").json()["sessions"]) == 2


def test_headers_are_bounded(api):
    assert api("GET", "/v1/live/sessions", X_Brand_Id="x" * 65).status_code == 400
    assert api("GET", "/v1/live/sessions", X_User_Id="x" * 256).status_code == 400


def test_is_registered_is_about_the_caller(api, account):
    row, other = session(account), session(account)
    registration(row), registration(other, status="waitlist")
    seen = {each["id"]: each for each in api("GET", "/v1/live/sessions", X_User_Id="anna").json()["sessions"]}
    assert (seen[str(row.pk)]["is_registered"], seen[str(row.pk)]["registered_count"]) == (True, 1)
    assert seen[str(other.pk)]["is_registered"] is False
    assert api("GET", f"/v1/sessions/{row.pk}", X_User_Id="anna").json()["is_registered"] is True
    assert api("GET", f"/v1/sessions/{row.pk}", X_User_Id="ben").json()["is_registered"] is False
    assert patch(api, row, {"title": "x"}, X_User_Id="anna").json()["is_registered"] is True


def test_a_page_takes_one_statement(api, account, django_assert_max_num_queries):
    for _ in range(5):
        session(account)
    api("GET", "/v1/live/sessions", X_User_Id="anna")
    with django_assert_max_num_queries(1):
        assert len(api("GET", "/v1/live/sessions", X_User_Id="anna").json()["sessions"]) == 5


def test_an_idempotency_key_is_of_one_user_and_brand(api):
    def make(**headers):
        return api("POST", "/v1/sessions", BODY, Idempotency_Key="k", **headers)

    first, again = make(X_User_Id="anna"), make(X_User_Id="anna")
    assert first.json() == again.json() and again["Idempotency-Replayed"] == "true"
    others = [make(X_User_Id="ben"), make(), make(X_Brand_Id=BRAND)]
    assert len({answer.json()["id"] for answer in (first, *others)}) == 4


def test_a_life_over_rest(api, account, rooms):
    made = api("POST", "/v1/sessions", BODY).json()
    path = f"/v1/sessions/{made['id']}"
    live = api("POST", f"{path}/start").json()
    assert (live["status"], bool(live["stream_call_id"])) == ("live", True)
    ended = api("POST", f"{path}/end", {"reason": "All said."}).json()
    assert ended["status"] == "ended" and api("POST", f"{path}/end").json() == ended
    assert api("DELETE", path).status_code == 412
    assert Session.objects.get(pk=made["id"]).end_reason == "All said."
    types = Event.objects.filter(subject_id=made["id"]).order_by("sequence").values_list("type", flat=True)
    assert list(types) == ["session.created", "session.started", "session.ended"]


def test_a_deleted_session_is_gone(api, account):
    row = session(account)
    assert api("DELETE", f"/v1/sessions/{row.pk}").status_code == 204
    assert api("DELETE", f"/v1/sessions/{row.pk}").status_code == 404
    assert Event.objects.get(subject_id=row.pk).type == "session.cancelled"


def test_without_a_provider_a_start_is_503(api, account):
    answer = api("POST", f"/v1/sessions/{session(account).pk}/start")
    assert (answer.status_code, answer.json()["error"]) == (503, "provider_not_configured")


def test_a_key_that_may_only_write_reads_nothing(account):
    writer = ApiClient(account, scopes=("write:live",))
    made = writer("POST", "/v1/sessions", BODY | {"metadata": {"secret": 1}})
    path = f"/v1/sessions/{made.json()['id']}"
    assert (made.status_code, writer("GET", path).status_code) == (201, 403)
    for shown in (made.json(), writer("PATCH", path, {}).json()):
        assert (shown["status"], shown["title"], shown["host_id"], shown["metadata"]) == (
            "scheduled",
            "",
            "",
            {},
        )


def test_a_room_can_be_at_a_provider_of_choice(api, account):
    made = api("POST", "/v1/sessions", BODY | {"provider": "livekit"}).json()
    assert Session.objects.get(pk=made["id"]).provider == "livekit"
    assert api("POST", "/v1/sessions", BODY | {"provider": "twilio"}).status_code == 400


def test_a_key_that_may_only_read_changes_nothing(account):
    row, reader = session(account), ApiClient(account, scopes=("read:live",))
    assert patch(reader, row, {"title": "x"}).status_code == 403
    assert reader("GET", f"/v1/sessions/{row.pk}").status_code == 200
