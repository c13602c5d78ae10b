"""A state machine over the life of calls: invariants hold for any order of requests, events and faults.

Doors, providers' events, workers that work and workers that die, time, faults of the provider: Hypothesis
picks the order and shrinks what fails. (Crashes of real processes are in tests/stories.)
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from calls.bulk.operations import by_ids, start_operation
from calls.models import Call, Step
from calls.models.end_code import EndCode
from calls.monitoring.schedule import check_now
from liveplatform.webhooks.models import Event
from liveplatform.work import sql
from liveplatform.work.queue import queues
from providers.errors import ProviderError
from tests.support.draining import drain
from tests.support.signed_events import post_getstream, post_twilio, status_form

ENDS = {"phone": "end_call", "video": "end_room"}
LEASE = timedelta(minutes=30)
# Webhooks have their own tests; everything else that follows a call is worked off here.
WORKED = sorted(set(queues()) - {"webhooks"})
doors = st.sampled_from(["telephony", "strict", "platform", "bulk"])


class LifeOfCalls(RuleBasedStateMachine):
    """Calls at the sandbox; the fixtures are put into the class by the test."""

    line = api = None
    calls = Bundle("calls")

    @initialize()
    def begin(self):
        self.sandbox = self.line.sandbox
        self.sandbox.reset()
        self.seen: dict = {}

    @rule(target=calls, limit=st.sampled_from([None, 60]))
    def dial(self, limit):
        return self.line.dial(time_limit=limit).pk

    @rule(target=calls)
    def open(self):
        return self.line.open().pk

    @rule(call=calls, door=doors)
    def end(self, call, door):
        row = Call.objects.get(pk=call)
        if door == "bulk":
            account = self.line.account.pk
            start_operation(account, by_ids([call]), reason="bulk", code=EndCode.EMERGENCY_STOP, actor="test")
            return
        path, body = {
            "telephony": ("/calls/end", {"call_id": str(call)}),
            "platform": (f"/v1/calls/{call}/end", {}),
            "strict": (f"/v1/live/calls/{call}/end", None),
        }[door]
        answer = self.api("POST", path, body)
        wrong_door = door == "strict" and row.channel == "phone"
        assert answer.status_code in ({404} if wrong_door else {200, 502}), answer.content

    @rule(call=calls)
    def the_other_side_hangs_up(self, call):
        row = Call.objects.get(pk=call)
        provider = self.line.provider(row)
        with suppress(ProviderError):  # a fault was meant for us
            if row.channel == "phone":
                provider.end_call(row.provider_call_id, verify_first=True)
            else:
                provider.end_room("default", row.provider_call_id, verify_first=True)

    @rule(call=calls, times=st.integers(1, 2), late=st.booleans())
    def the_provider_tells_of_it(self, call, times, late):
        """A true event: the end of a call that ended there, or an outdated one."""
        row = Call.objects.get(pk=call)
        over = row.provider_call_id not in sum(self.sandbox.live().values(), [])
        for _ in range(times):
            if row.channel == "phone":
                word = "completed" if over and not late else "ringing"
                told = post_twilio(row.connection, status_form(row.provider_call_id, word, 3 if over else 1))
            else:
                room = self.sandbox.room("default", row.provider_call_id)
                kind = "call.ended" if room["ended_at"] and not late else "call.session_started"
                told = post_getstream(row.connection, kind, row.provider_call_id, webhook_id=f"{kind}-{call}")
            assert told.status_code == 200

    @rule(queue=st.sampled_from(WORKED))
    def work(self, queue):
        drain(queues()[queue].model)
        self.look()

    @rule()
    def a_worker_takes_rows_and_dies(self):
        for queue in WORKED:
            sql.claim(queues()[queue].model, 32, per_key=32)

    @rule(
        fault=st.sampled_from(["500", "act_then_reset", "429"]),
        operation=st.sampled_from(["end_call", "end_room"]),
    )
    def a_fault(self, fault, operation):
        self.sandbox.add_fault(operation, fault)

    @rule()
    def time_passes(self):
        """Let leases, delays and limits expire."""
        with connection.cursor() as cursor:
            for each in queues().values():
                cursor.execute(f"UPDATE {each.model._meta.db_table} SET due_at = due_at - %s", [LEASE])
            cursor.execute("UPDATE calls_call SET started_at = started_at - %s", [LEASE])

    def look(self):
        """Facts that must never be undone."""
        for row in Call.objects.filter(account=self.line.account):
            before = self.seen.get(row.pk)
            if before is not None and before.is_over:
                assert (row.ended_at, row.end_code, row.status) == (
                    before.ended_at,
                    before.end_code,
                    before.status,
                )
            self.seen[row.pk] = row

    def teardown(self):
        """Drain everything, then compare with the provider's ledger."""
        if self.line is None or not hasattr(self, "sandbox"):
            return
        self.sandbox.reset()
        for _ in range(8):
            self.time_passes()
            check_now(Call.objects.filter(account=self.line.account).values_list("pk", flat=True))
            for queue in WORKED:
                self.work(queue)
        rows = list(Call.objects.filter(account=self.line.account))
        live = set(sum(self.sandbox.live().values(), []))
        for row in rows:
            self.judge(row, live)
        Call.objects.filter(account=self.line.account).delete()

    def judge(self, row, live):
        steps = dict(Step.objects.filter(call=row).values_list("kind", "state"))
        if not row.is_over:
            assert row.provider_call_id in live, "gone there, and nobody here has noticed"
            assert not steps
            return
        assert set(steps) == {"terminate", "clean_up", "analyse", "notify"}
        assert set(steps.values()) <= {"done", "skipped"}, steps
        assert row.provider_call_id not in live, "ended here, and billed there"
        assert self.sandbox.effects(ENDS[row.channel], row.provider_call_id) == 1
        events = list(Event.objects.filter(subject_id=row.pk).order_by("sequence"))
        assert [event.sequence for event in events] == list(range(1, row.event_sequence + 1))
        told = Counter(event.type for event in events)
        assert (told["call.ended"], told["call.processed"]) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_whatever_happens_in_whatever_order(api, line):
    LifeOfCalls.line, LifeOfCalls.api = line, staticmethod(api)
    run_state_machine_as_test(
        LifeOfCalls,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
