"""Everything at once, in real transactions: starts, stops, ends of calls, checks and callbacks."""

import random
import time

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from calls.exceptions import CallStateError
from calls.lifecycle.end import end
from calls.models import Call, MediaStream, Step, StreamStep
from calls.models.media_stream import OPEN_STATUSES
from calls.streams.exceptions import ForkRefused
from calls.streams.fork import ForkRequest, start_fork
from calls.streams.stop import stop, stop_all
from calls.streams.transitions import ended_at_provider, lock
from providers.errors import ProviderError, UnknownOutcome
from tests.support.concurrency import after_commit_of, at_once
from tests.support.draining import drain
from tests.support.factories import phone_call

SECONDS = 6
KEY = "key:test"
EXPECTED = (CallStateError, ForkRefused, ProviderError)


def slow_and_sometimes_lost():
    time.sleep(random.random() / 50)
    if random.random() < 0.1:
        raise UnknownOutcome("No answer.")


def deadlocks():
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def make_due(model, kind):
    """Without waiting for rows that others have: this is no part of the platform."""
    with transaction.atomic():
        rows = model.objects.filter(kind=kind, state="pending", due_at__isnull=False)
        ids = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
        model.objects.filter(pk__in=ids).update(due_at=Now())


class Crowd:
    """What clients, providers and workers do, one method for each."""

    def __init__(self, account, forks):
        self.account, self.forks = account, forks
        self.calls = [phone_call(account, provider_call_id=f"CA{number}") for number in range(12)]

    def a_stream(self):
        return MediaStream.objects.order_by("?").first()

    def start(self):
        asked = ForkRequest(service_url=f"wss://bot.example/{random.randrange(4)}")
        start_fork(random.choice(self.calls), asked, actor=KEY)

    def stop(self):
        if stream := self.a_stream():
            stop(stream, actor=KEY)

    def stop_all(self):
        stop_all(random.choice(self.calls).pk, actor=KEY)

    def end(self):
        if random.random() < 0.08:
            end(random.choice(self.calls).pk, account_id=self.account.pk, actor=KEY)

    @transaction.atomic
    def tell(self):
        """A provider's event, locked as calls/provider_events does."""
        if stream := self.a_stream():
            Call.lock([stream.call_id])
            (stream,) = lock([stream.pk])
            if stream.provider_stream_id and random.random() < 0.2:
                self.forks.streams.pop(stream.provider_stream_id, None)
                ended_at_provider(stream, stream.created_at)
            StreamStep.objects.filter(stream=stream, kind="check").make_due()

    def work(self):
        make_due(StreamStep, "check")
        drain(StreamStep, seconds=0.5)
        make_due(Step, "clean_up")
        drain(Step, seconds=0.5)

    def end_all(self):
        for call in self.calls:
            end(call.pk, account_id=self.account.pk, actor=KEY)
        until = time.monotonic() + 30
        while MediaStream.objects.filter(status__in=OPEN_STATUSES).exists() and time.monotonic() < until:
            for kind in ("start", "stop", "check"):
                make_due(StreamStep, kind)
            self.work()


@pytest.mark.django_db(transaction=True)
def test_no_stream_runs_on_and_nobody_waits_in_a_circle(account, forks):
    crowd = Crowd(account, forks)
    for operation in ("start", "stop", "list"):
        forks.on[operation] = slow_and_sometimes_lost
    acts = [*[crowd.start] * 4, *[crowd.stop] * 3, *[crowd.tell] * 2, *[crowd.work] * 4]
    acts += [crowd.stop_all, crowd.end]
    before, until, errors = deadlocks(), time.monotonic() + SECONDS, []

    def act(number):
        while time.monotonic() < until:
            try:
                acts[number]()
            except EXPECTED:
                continue
            except Exception as error:  # noqa: BLE001 - all of them are told
                errors.append(repr(error))

    at_once(len(acts), act)
    forks.on.clear()
    crowd.end_all()
    names = [each.name for each in forks.streams.values()]
    assert (errors, deadlocks() - before) == ([], 0)
    assert (forks.running(), len(names)) == ([], len(set(names)))
    assert {stream.status for stream in MediaStream.objects.all()} <= {"stopped", "failed"}


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_is_written_twice_commits_beside_who_has_its_call(fork):
    """Its second write has PostgreSQL look at the call's key, at the commit."""
    stream = fork.start()

    def write():
        (locked,) = lock([stream.pk])
        locked.save()
        locked.save()

    @transaction.atomic
    def clean_up():
        Call.lock([fork.call.pk])
        return lock([stream.pk])

    before = deadlocks()
    assert after_commit_of(write, clean_up) == [stream]
    assert deadlocks() == before
