"""Through whatever door a live session ends: told once, its call ended, its people as they were."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.bulk.operations import by_ids, start_operation
from calls.models import Call, Operation, ProviderEvent
from calls.models.end_code import EndCode
from liveplatform.accounts.deactivation import deactivate
from liveplatform.admin.models import StaffOperation
from liveplatform.webhooks.models import Event
from sessions_app.lifecycle.start import start_session
from sessions_app.models import Mail, Session, SessionDuty
from sessions_app.schedule import plan_duties
from tests.sessions_app.factories import key_caller, registration, session
from tests.support.draining import drain
from tests.support.signed_events import post_getstream

pytestmark = pytest.mark.django_db(transaction=True)


def by_its_api(api, row):
    assert api("POST", f"/v1/sessions/{row.pk}/end", {"reason": "Done."}).status_code == 200


def by_live_calls(api, row):
    assert api("POST", f"/v1/live/calls/{row.call_id}/end").status_code == 200


def by_calls(api, row):
    assert api("POST", f"/v1/calls/{row.call_id}/end", {}).status_code == 200


def by_its_provider(api, row):
    call = Call.objects.get(pk=row.call_id)
    ended = {"ended_at": timezone.now().isoformat()}
    assert post_getstream(call.connection, "call.ended", call.provider_call_id, call=ended).status_code == 200
    drain(ProviderEvent)


def by_its_maximum_duration(api, row):
    ago = timezone.now() - timedelta(hours=5)
    Session.objects.filter(pk=row.pk).update(scheduled_at=ago, started_at=ago, host_grace_minutes=0)
    row.refresh_from_db()
    plan_duties(row)


def by_its_absent_host(api, row):
    ago = timezone.now() - timedelta(minutes=40)
    Session.objects.filter(pk=row.pk).update(scheduled_at=ago, started_at=ago)
    row.refresh_from_db()
    plan_duties(row)


def by_the_emergency_stop(api, row):
    account = api.account.pk
    start_operation(account, by_ids([row.call_id]), reason="x", code=EndCode.EMERGENCY_STOP, actor="staff:a")
    drain(Operation)


def by_deactivation(api, row):
    deactivate(api.account, end_running=True, actor="staff:a")
    drain(StaffOperation), drain(Operation)


DOORS = (
    *(by_its_api, by_live_calls, by_calls, by_its_provider, by_its_maximum_duration),
    *(by_its_absent_host, by_the_emergency_stop, by_deactivation),
)


@pytest.mark.parametrize("end", DOORS)
def test_a_live_session_ends_once(api, account, rooms, end):
    row = session(account, max_participants=1)
    registration(row), registration(row, user_id="ben", status="waitlist", waitlist_number=1)
    row = start_session(row.pk, key_caller(account))
    end(api, row)
    for _ in range(2):
        drain(SessionDuty)
    row.refresh_from_db()
    call = Call.objects.get(pk=row.call_id)
    assert (row.status, call.is_over) == ("ended", True)
    types = list(
        Event.objects.filter(type__in=("session.ended", "call.ended")).values_list("type", flat=True)
    )
    assert sorted(types) == ["call.ended", "session.ended"]
    duties = SessionDuty.objects.exclude(state="done").values_list("kind", flat=True)
    assert list(duties) == ["follow_up"], "nothing else is left to do"
    assert set(row.registrations.values_list("user_id", "status")) == {
        ("anna", "registered"),
        ("ben", "waitlist"),
    }
    told = {("anna", "cancelled"), ("ben", "cancelled")} if end is by_its_absent_host else set()
    assert set(Mail.objects.values_list("registration__user_id", "kind")) == told
