"""POST /v1/calls/bulk-end."""

import pytest

from calls.models import Call, Operation
from tests.support.api_client import ApiClient
from tests.support.bulk import bulk_end, finish


def test_a_filter_ends_the_matching_calls(api, live_calls):
    found = finish(api, bulk_end(api, {"filter": {"is_test": True}}))
    assert (found["ended"], found["code"]) == (2, "ended_by_api")
    assert Call.objects.filter(pk__in=[c.pk for c in live_calls], ended_at=None).count() == 3


def test_a_dry_run_counts_and_ends_nothing(api, live_calls):
    answer = bulk_end(api, {"filter": {"is_test": True}, "dry_run": True})
    assert (answer.status_code, answer.json()) == (200, {"would_end": 2})
    assert not Operation.objects.exists()


def test_one_idempotency_key_starts_one_operation(api, live_calls):
    first, second = (bulk_end(api, {"all": True}, Idempotency_Key="stop-1") for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert Operation.objects.count() == 1


def test_the_request_costs_the_same_for_any_number_of_calls(api, live_calls, django_assert_max_num_queries):
    bulk_end(api, {"all": True})
    with django_assert_max_num_queries(6):
        assert bulk_end(api, {"all": True}).status_code == 202


def test_it_needs_the_admin_scope(account, live_calls):
    weak = ApiClient(account, ("read:live", "write:live"))
    assert bulk_end(weak, {"all": True}).status_code == 403


@pytest.mark.parametrize("body", [{"all": "yes"}, {"all": 1}, {"all": True, "dry_run": "no"}])
def test_what_is_not_true_or_false_ends_nothing(api, body):
    assert bulk_end(api, body).status_code == 400
    assert not Operation.objects.exists()
