"""A state machine over the life of calls: the invariants hold after any sequence of actions.

Requests to each API, provider events, workers that finish or die, time, faults of the provider: Hypothesis
picks the sequence and shrinks one that fails. (Crashes of real processes are in tests/stories.)
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
from liveplatform.work.queue import queues
from providers.errors import ProviderError
from tests.support.draining import claim, drain
from tests.support.signed_events import post_getstream, post_twilio, status_form

ENDS = {"phone": "end_call", "video": "end_room"}
LEASE = timedelta(minutes=30)
# Webhooks have their own tests; all other queues are drained here.
DRAINED = sorted(set(queues()) - {"webhooks"})
apis = st.sampled_from(["telephony", "strict", "platform", "bulk"])


class LifeOfCalls(RuleBasedStateMachine):
    """Calls at the sandbox; the test sets the fixtures as class attributes."""

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

    @rule(call=calls, api=apis)
    def end(self, call, api):
        row = Call.objects.get(pk=call)
        if api == "bulk":
            account = self.line.account.pk
            start_operation(account, by_ids([call]), reason="bulk", code=EndCode.EMERGENCY_STOP, actor="test")
            return
        path, body = {
            "telephony": ("/calls/end", {"call_id": str(call)}),
            "platform": (f"/v1/calls/{call}/end", {}),
            "strict": (f"/v1/live/calls/{call}/end", None),
        }[api]
        answer = self.api("POST", path, body)
        is_phone = api == "strict" and row.channel == "phone"
        assert answer.status_code in ({404} if is_phone else {200, 502}), answer.content

    @rule(call=calls)
    def the_other_party_hangs_up(self, call):
        row = Call.objects.get(pk=call)
        provider = self.line.provider(row)
        with suppress(ProviderError):  # the fault was for the platform's own request
            if row.channel == "phone":
                provider.end_call(row.provider_call_id, verify_first=True)
            else:
                provider.end_room("default", row.provider_call_id, verify_first=True)

    @rule(call=calls, times=st.integers(1, 2), late=st.booleans())
    def the_provider_sends_an_event(self, call, times, late):
        """True ones only: that a call which ended there has ended; or an earlier status, late."""
        row = Call.objects.get(pk=call)
        over = row.provider_call_id not in sum(self.sandbox.live().values(), [])
        for _ in range(times):
            if row.channel == "phone":
                status = "completed" if over and not late else "ringing"
                answer = post_twilio(
                    row.connection, status_form(row.provider_call_id, status, 3 if over else 1)
                )
            else:
                room = self.sandbox.room("default", row.provider_call_id)
                kind = "call.ended" if room["ended_at"] and not late else "call.session_started"
                at = room["ended_at"] / 1e9 if kind == "call.ended" else row.created_at.timestamp()
                answer = post_getstream(row.connection, kind, row.provider_call_id, at=at)
            assert answer.status_code == 200

    @rule(queue=st.sampled_from(DRAINED))
    def drain_a_queue(self, queue):
        drain(queues()[queue].model)
        self.check_ends()

    @rule()
    def a_worker_claims_rows_and_dies(self):
        for queue in DRAINED:
            claim(queues()[queue].model, 32)

    @rule(
        fault=st.sampled_from(["500", "act_then_reset", "429"]),
        operation=st.sampled_from(["end_call", "end_room"]),
    )
    def the_provider_fails(self, fault, operation):
        self.sandbox.add_fault(operation, fault)

    @rule()
    def time_passes(self):
        """Leases expire, retries are due, time limits are reached."""
        with connection.cursor() as cursor:
            for each in queues().values():
                cursor.execute(f"UPDATE {each.model._meta.db_table} SET due_at = due_at - %s", [LEASE])
            cursor.execute("UPDATE calls_call SET started_at = started_at - %s", [LEASE])

    def check_ends(self):
        """An end, once stored, never changes."""
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
        """Without faults, drain all queues; then compare every call with the provider's ledger."""
        if self.line is None or not hasattr(self, "sandbox"):
            return
        self.sandbox.reset()
        for _ in range(8):
            self.time_passes()
            check_now(Call.objects.filter(account=self.line.account).values_list("pk", flat=True))
            for queue in DRAINED:
                self.drain_a_queue(queue)
        rows = list(Call.objects.filter(account=self.line.account))
        live = set(sum(self.sandbox.live().values(), []))
        for row in rows:
            self.check_call(row, live)
        Call.objects.filter(account=self.line.account).delete()

    def check_call(self, row, live):
        steps = dict(Step.objects.filter(call=row).values_list("kind", "state"))
        if not row.is_over:
            assert row.provider_call_id in live, "ended at the provider, live here"
            assert not steps
            return
        assert set(steps) == {"terminate", "clean_up", "analyse", "notify"}
        assert set(steps.values()) <= {"done", "skipped"}, steps
        assert row.provider_call_id not in live, "ended here, live at the provider"
        assert self.sandbox.effects(ENDS[row.channel], row.provider_call_id) == 1
        events = list(Event.objects.filter(subject_id=row.pk).order_by("sequence"))
        assert [event.sequence for event in events] == list(range(1, row.event_sequence + 1))
        sent = Counter(event.type for event in events)
        assert (sent["call.ended"], sent["call.processed"]) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_invariants_hold_after_any_sequence(api, line):
    LifeOfCalls.line, LifeOfCalls.api = line, staticmethod(api)
    run_state_machine_as_test(
        LifeOfCalls,
        settings=settings(
            max_examples=8,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
