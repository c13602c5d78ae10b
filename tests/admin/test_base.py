"""Admin lists of large tables: counts are capped, and a search takes ids only."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory

from calls.models import Call, PhoneNumber
from liveplatform.admin.base import CappedPaginator, LargeTableAdmin, staff_actor
from tests.support.factories import phone_call


class ByAccount(LargeTableAdmin):
    id_fields = ("pk", "account")


@pytest.fixture
def search(rf: RequestFactory):
    calls = ByAccount(Call, admin.site)
    request = rf.get("/")
    return lambda term: set(calls.get_search_results(request, Call.objects.all(), term)[0])


def test_a_count_stops_at_the_cap(account, monkeypatch):
    for _ in range(4):
        phone_call(account)
    monkeypatch.setattr(CappedPaginator, "CAP", 3)
    assert CappedPaginator(Call.objects.order_by("pk"), 50).count == 3
    assert CappedPaginator([1, 2], 50).count == 2


def test_a_search_takes_the_first_field_that_has_the_id(account, search):
    calls = {phone_call(account) for _ in range(2)}
    one = calls.pop()
    assert search(str(one.pk)) == search(f" evt_{one.pk} ") == {one}
    assert search(str(account.pk)) == {one, *calls}


@pytest.mark.parametrize("term", ["not an id", "01a1fc09-0000-7000-8000-000000000009"])
def test_a_search_for_anything_else_finds_nothing(account, search, term):
    phone_call(account)
    assert search(term) == set()


def test_an_empty_search_finds_all(account, search):
    call = phone_call(account)
    assert call in search("")


def test_rows_of_the_platform_are_read_only(account):
    call = phone_call(account)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root", password="x"))
    assert client.get("/admin/calls/call/add/").status_code == 403
    assert client.post(f"/admin/calls/call/{call.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/calls/call/{call.pk}/change/", {"title": "x"}).status_code == 403
    assert client.get("/admin/calls/phonenumber/add/").status_code == 200
    assert PhoneNumber.objects.filter(account=account).exists()


def test_the_actor_is_the_user_cut_to_its_column(rf: RequestFactory):
    request = rf.get("/")
    request.user = get_user_model()(username="x" * 150)
    assert staff_actor(request) == "staff:" + "x" * 74
