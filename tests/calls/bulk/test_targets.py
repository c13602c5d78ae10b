"""Scheduled calls survive every kind of bulk end that does not name them."""

import pytest
from django.core.management import call_command

from calls.bulk.targets import endable_calls
from calls.filters import CallFilter
from calls.models import Call
from calls.models.call import DIALLING, SUBMISSION_UNKNOWN
from liveplatform.timeparse import parse_time
from tests.support.bulk import add_rule, bulk_end, finish, run_rules
from tests.support.factories import phone_call, video_call

SCHEDULED = Call.Status.SCHEDULED


@pytest.fixture
def some(account):
    """One call of each kind, all created an hour ago."""
    calls = {
        "live": phone_call(account, provider_call_id=""),
        "dialling": phone_call(account, status=SCHEDULED, provider_call_id="", provider_status=DIALLING),
        "lost": phone_call(
            account, status=SCHEDULED, provider_call_id="", provider_status=SUBMISSION_UNKNOWN
        ),
        "queued": phone_call(account, status=SCHEDULED, provider_call_id=""),
        "appointment": video_call(account, status=SCHEDULED, provider_call_id="appointment"),
    }
    Call.objects.filter(account=account).update(created_at=parse_time("1h"), is_test=True)
    return calls


def left(calls):
    running = set(Call.objects.filter(ended_at=None).values_list("pk", flat=True))
    return {name for name, call in calls.items() if call.pk in running}


PLANNED = {"queued", "appointment"}


@pytest.mark.parametrize("body", [{"all": True}, {"filter": {"is_test": True}}], ids=str)
def test_a_bulk_end_leaves_scheduled_calls_alone(api, some, body):
    assert bulk_end(api, body | {"dry_run": True}).json() == {"would_end": 3}
    operation = finish(api, bulk_end(api, body))
    assert (operation["ended"], operation["remaining"], left(some)) == (3, 0, PLANNED)


@pytest.mark.parametrize("status", ["scheduled", ["live", "scheduled"]], ids=str)
def test_a_filter_that_names_the_status_ends_them(api, some, status):
    finish(api, bulk_end(api, {"filter": {"status": status}}))
    assert not left(some) & PLANNED


def test_a_list_of_ids_ends_them(api, some):
    finish(api, bulk_end(api, {"ids": [str(some["appointment"].pk)]}))
    assert left(some) == some.keys() - {"appointment"}


def test_a_rule_leaves_them_alone_unless_it_names_them(api, some):
    add_rule(api)
    run_rules()
    assert left(some) == PLANNED
    add_rule(api, name="planned", filter={"status": "scheduled"})
    run_rules()
    assert left(some) == set()


def test_the_emergency_stop_of_the_admin_leaves_them_alone(admin_client, account, some, api):
    page = f"/admin/calls/operation/stop/{account.pk}/"
    assert "3 calls are live" in admin_client.get(page).content.decode()


@pytest.mark.parametrize(("options", "expected"), [((), PLANNED), (("--scheduled",), set())])
def test_the_command_leaves_them_alone_unless_it_is_told(account, some, options, expected):
    call_command("end_calls", "--account", str(account.pk), *options, "--now")
    assert left(some) == expected


@pytest.mark.parametrize(
    "given", [{"status": {"neq": "live"}}, {"scheduled_at": {"lt": "0s"}}, {"search": "a"}]
)
def test_only_an_explicit_name_counts(account, some, given):
    found = endable_calls(CallFilter.from_json(given), account.pk)
    assert not set(found.values_list("pk", flat=True)) & {some[name].pk for name in PLANNED}
