"""Administration of sessions: the list, every field of a change, cancel and restore, the roster."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from sessions_app.models import Mail, Session
from sessions_app.representation import AdminSessionSerializer
from tests.sessions_app.factories import registration, session

LIST = "/v1/admin/sessions"
CHANGES = {
    "title": "Sleep",
    "description": "Plain text",
    "community_slug": "night-owls",
    "scheduled_at": "2030-01-15T17:00:00Z",
    "max_participants": 7,
    "duration_minutes": 45,
    "co_host_ids": ["kim"],
    "cover_image_url": "https://images.example.com/1.jpg",
    "tags": ["sleep", "rest"],
    "kind": "office_hours",
    "category": "wellness",
    "metadata": {"a": 1},
}


def patch(api, made, **body):
    return api("PATCH", f"{LIST}/{made.pk}", body)


def test_every_field_of_the_vendor_is_changed(api, account):
    made = session(account)
    answer = patch(api, made, **CHANGES)
    assert answer.status_code == 200, answer.content
    assert set(answer.json()) == set(AdminSessionSerializer().fields)
    made.refresh_from_db()
    for name, value in CHANGES.items():
        expected = datetime(2030, 1, 15, 17, tzinfo=UTC) if name == "scheduled_at" else value
        assert getattr(made, name) == expected, name


def test_null_clears_a_text(api, account):
    made = session(account, community_slug="owls", cover_image_url="https://x.example/1", category="c")
    answer = patch(api, made, community_slug=None, cover_image_url=None, category=None)
    assert (answer.json()["cover_image_url"], answer.json()["category"]) == (None, None)
    assert Session.objects.get().community_slug == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "live"},
        {"duration_minutes": 0},
        {"duration_minutes": None},
        {"cover_image_url": "javascript:alert(1)"},
        {"tags": "sleep"},
        {"co_host_ids": [1]},
        {"titel": "x"},
        {"title": None},
    ],
    ids=str,
)
def test_wrong_values_are_refused_by_name(api, account, wrong):
    answer = patch(api, session(account), **wrong)
    assert answer.status_code == 400 and next(iter(wrong)) in answer.json()["message"]


def test_it_is_cancelled_and_restored_at_another_time_and_people_are_told(api, account):
    made = session(account)
    registration(made)
    assert patch(api, made, title="New", status="cancelled").json()["status"] == "cancelled"
    assert patch(api, made, title="Newer").status_code == 412
    at = timezone.now() + timedelta(days=3)
    answer = patch(api, made, status="scheduled", scheduled_at=at.isoformat(), title="Newer").json()
    assert (answer["status"], answer["title"]) == ("scheduled", "Newer")
    kinds = list(Mail.objects.order_by("number").values_list("kind", flat=True))
    assert kinds == ["changed", "cancelled", "restored", "changed"]


def test_a_change_that_is_refused_changes_nothing(api, account):
    made = session(account)
    for user in ("anna", "ben"):
        registration(made, user_id=user)
    assert patch(api, made, status="cancelled", title="New", max_participants=1).status_code == 412
    patch(api, made, status="cancelled")
    assert patch(api, made, status="scheduled", scheduled_at="2020-01-01T00:00:00Z").status_code == 400
    made.refresh_from_db()
    assert (made.status, made.title) == ("cancelled", "Office hours")


@pytest.mark.parametrize("status", ["live", "ended"])
def test_a_session_that_has_begun_is_neither_cancelled_nor_restored(api, account, status):
    made = session(account, status=status)
    assert patch(api, made, status="cancelled").status_code == 412
    assert patch(api, made, status="scheduled").status_code == 412


def test_the_list_is_filtered_and_paged(api, account):
    for number in range(3):
        session(account, title=str(number), scheduled_at=timezone.now() + timedelta(hours=number + 1))
    session(account, brand_id="other", kind="office_hours", status="cancelled")
    page = api("GET", f"{LIST}?brand_id=acme&limit=2").json()
    assert [each["title"] for each in page["sessions"]] == ["2", "1"]
    rest = api("GET", f"{LIST}?brand_id=acme&limit=2&cursor={page['next_cursor']}").json()
    assert ([each["title"] for each in rest["sessions"]], rest["next_cursor"]) == (["0"], None)
    for query in ("brand_id=other", "status=cancelled", "kind=office_hours"):
        assert len(api("GET", f"{LIST}?{query}").json()["sessions"]) == 1, query


def test_a_caller_of_a_brand_sees_and_changes_no_other(api, account):
    made = session(account)
    assert api("GET", LIST, X_Brand_Id="other").json()["sessions"] == []
    for path, method in ((f"{LIST}/{made.pk}", "PATCH"), (f"{LIST}/{made.pk}/registrations", "GET")):
        body = {"title": "x"} if method == "PATCH" else None
        assert api(method, path, body, X_Brand_Id="other").status_code == 404


def test_the_roster_has_its_total_and_pages(api, account):
    made = session(account)
    registration(made)
    registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    registration(made, user_id="cid", status="cancelled")
    page = api("GET", f"{LIST}/{made.pk}/registrations?limit=2").json()
    assert page["total"] == 3
    rest = api("GET", f"{LIST}/{made.pk}/registrations?limit=2&cursor={page['next_cursor']}").json()
    rows = [*page["registrations"], *rest["registrations"]]
    assert [(row["user_id"], row["status"]) for row in rows] == [
        ("cid", "cancelled"),
        ("ben", "waitlist"),
        ("anna", "registered"),
    ]
    assert rows[0].keys() == {"id", "session_id", "user_id", "status", "registered_at"}
