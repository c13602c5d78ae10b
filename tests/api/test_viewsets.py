"""PlatformViewSet: rows of the account alone, 404 for others, locks."""

from types import SimpleNamespace

import pytest
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from calls.lifecycle.end import end
from calls.models import PhoneNumber, Step
from liveplatform.accounts.models import Account
from liveplatform.api.principal import Principal
from liveplatform.api.serializers import PageQuery
from liveplatform.api.viewsets import PlatformViewSet
from tests.support.api_client import ApiClient
from tests.support.factories import phone_call


def test_rows_are_bound_to_the_account(api):
    stranger = ApiClient(Account.objects.create(name="stranger"))
    listed = [row["id"] for row in api("GET", "/v1/api-keys").json()["api_keys"]]
    assert str(stranger.key.pk) not in listed
    answer = api("DELETE", f"/v1/api-keys/{stranger.key.pk}")
    assert (answer.status_code, answer.json()["message"]) == (
        404,
        "There is no such API key in this account.",
    )


def test_an_object_that_is_to_change_is_locked(api, django_assert_max_num_queries):
    credentials = {"account_sid": "AC1", "auth_token": "t"}
    body = {"provider": "twilio", "credentials": credentials}
    connected = api("POST", "/v1/connections", body).json()["id"]
    with django_assert_max_num_queries(10) as queries:
        assert api("PATCH", f"/v1/connections/{connected}", {"name": "n"}).status_code == 200
    assert any("FOR UPDATE" in query["sql"] for query in queries)


class StepViewSet(PlatformViewSet[Step]):
    queryset = Step.objects.all()
    account_field = "call__account_id"
    lookup_field = "kind"
    not_found = "There is no step '{kind:.3}'."


@pytest.fixture
def steps(account) -> StepViewSet:
    """The steps of an ended call, as its account sees them."""
    end(phone_call(account).pk, account_id=account.pk, actor="test")
    principal = Principal(account.pk, "key", "k", frozenset())
    return StepViewSet(request=SimpleNamespace(user=principal), kwargs={})


def test_rows_without_an_account_are_bound_through_a_path(steps, account):
    other = Account.objects.create(name="other")
    end(phone_call(other).pk, account_id=other.pk, actor="test")
    assert {step.call.account_id for step in steps.get_queryset()} == {account.pk}
    assert [number.account_id for number in steps.account_rows(PhoneNumber)] == [account.pk]


def test_a_404_may_name_what_the_url_says(steps):
    steps.kwargs = {"kind": "dance"}
    with pytest.raises(NotFound, match=r"There is no step 'dan'\."):
        steps.get_object()


class StepQuery(PageQuery):
    only = serializers.ChoiceField(choices=Step.Kind.choices, source="kind", required=False)


@pytest.mark.parametrize(("query", "kinds"), [("only=analyse&limit=1", ["analyse"]), ("only=dance", None)])
def test_the_query_string_filters_by_the_sources_of_its_fields(steps, rf, query, kinds):
    steps.query_serializer = StepQuery
    steps.request = Request(rf.get(f"/?{query}"))
    if kinds is None:
        with pytest.raises(ValidationError):
            steps.filter_queryset(Step.objects.all())
    else:
        assert [step.kind for step in steps.filter_queryset(Step.objects.all())] == kinds
