"""A call made elsewhere is registered, once, and nothing is dialled."""

from uuid import UUID

import pytest

from calls.models import Call, CallMonitor
from liveplatform.accounts.models import Account
from tests.support.concurrency import at_once
from tests.support.factories import NUMBER, phone_connection, video_call

TOLD = {"call_from": NUMBER, "call_to": "(415) 555-0123"}
SID = "CA" + "1" * 32
NEWER = {
    "campaign_id": str(UUID(int=1)),
    "contact_id": str(UUID(int=2)),
    "ai_agent_id": str(UUID(int=3)),
    "call_direction": "outbound-api",
}


def recorded(api, **values) -> dict:
    answer = api("POST", "/calls", TOLD | values)
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def test_what_the_newer_page_sends_is_stored(api):
    call = recorded(api, **NEWER, agent_dynamic_variables={"name": "Ann"}, workspace="sales")
    assert call.items() >= NEWER.items()
    assert (call["call_from"], call["call_to"]) == (NUMBER, "+14155550123")
    assert (call["workspace_id"], call["agent_dynamic_variables"]) == ("sales", {"name": "Ann"})
    assert (call["call_status"], call["started_at"], call["is_test"]) == ("queued", None, False)
    assert len(call) == 37


def test_what_the_older_page_sends_is_stored_in_the_keys_company(api):
    older = {
        "call_provider": "Twilio",
        "is_test": True,
        "metadata": {"a": 1},
        "notes": "n",
        "workspace_id": "w",
    }
    call = recorded(api, **older, company_id=str(UUID(int=9)))
    assert call.items() >= (older | {"call_provider": "twilio"}).items()
    assert call["company_id"] == str(api.account.pk)


def test_variables_may_be_the_list_that_make_call_takes(api):
    call = recorded(api, agent_dynamic_variables=[{"name": "a", "value": "1"}])
    assert call["agent_dynamic_variables"] == {"a": "1"}


def test_a_call_that_the_provider_has_is_live_and_monitored_and_can_be_ended(api):
    connection = phone_connection(api.account)
    call = recorded(api, call_sid=SID)
    kept = Call.objects.get(pk=call["id"])
    assert (call["call_status"], kept.status, kept.connection) == ("in-progress", "live", connection)
    assert CallMonitor.objects.filter(call=kept).exists()
    assert api("POST", "/calls/end", {"call_id": call["id"]}).json()["data"]["call_status"] == "completed"


def test_its_creator_is_stored(api):
    assert Call.objects.get(pk=recorded(api)["id"]).created_by.startswith("key:")


def test_the_accounts_time_limit_is_this_calls_too(api):
    Account.objects.update(call_time_limit=60)
    assert Call.objects.get(pk=recorded(api)["id"]).time_limit == 60


def test_a_number_of_another_providers_call_lends_no_connection(api):
    phone_connection(api.account)
    assert Call.objects.get(pk=recorded(api, call_provider="vobiz")["id"]).connection is None


def test_a_call_registered_twice_is_one_call(api):
    assert recorded(api, call_sid=SID)["id"] == recorded(api, call_sid=SID, notes="late")["id"]
    assert recorded(api)["id"] != recorded(api)["id"]


def test_the_id_of_a_room_is_no_call_that_was_registered_before(api):
    room = video_call(api.account, provider_call_id=SID)
    call = recorded(api, call_sid=SID)
    assert call["id"] != str(room.pk)
    assert recorded(api, call_sid=SID)["id"] == call["id"]


def test_another_providers_call_of_the_same_sid_is_another_call(api):
    phone_connection(api.account)
    mine, theirs = recorded(api, call_sid=SID), recorded(api, call_sid=SID, call_provider="vobiz")
    assert (mine["call_provider"], theirs["call_provider"]) == ("twilio", "vobiz")
    assert recorded(api, call_sid=SID, call_provider="Vobiz")["id"] == theirs["id"]
    assert recorded(api, call_sid=SID)["id"] == mine["id"]


def test_a_call_that_is_over_and_registered_again_is_the_same_call(api):
    phone_connection(api.account)
    call = recorded(api, call_sid=SID)
    api("POST", "/calls/end", {"call_id": call["id"]})
    again = recorded(api, call_sid=SID)
    assert (again["id"], again["call_status"]) == (call["id"], "completed")


def test_another_accounts_call_of_the_same_sid_is_another_call(api):
    theirs = Call.objects.exclude(account=api.account).get(channel="phone")
    assert recorded(api, call_sid=theirs.provider_call_id)["id"] != str(theirs.pk)


@pytest.mark.django_db(transaction=True)
def test_a_call_registered_four_times_at_once_is_one_call(api):
    at_once(4, lambda _: recorded(api, call_sid=SID))
    assert Call.objects.filter(account=api.account).count() == 1
