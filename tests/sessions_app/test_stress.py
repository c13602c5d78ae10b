"""Everything at once, by chance, from many threads: no deadlock, no error of ours, and what holds, holds.

Hosts change, move, start, end, cancel, restore and delete sessions and series; people come and go; calls end
one by one and in bulk; workers carry out duties and send mails.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from calls.lifecycle.end import end as end_call
from calls.models import Call
from calls.models.end_code import EndCode
from calls.sql import end_if_live_many
from liveplatform.accounts.models import Account
from liveplatform.webhooks.models import Event
from sessions_app import exceptions
from sessions_app.caller import Caller
from sessions_app.joining.token import join_user
from sessions_app.lifecycle.cancel import cancel_session, delete_session, restore_session
from sessions_app.lifecycle.end import end_session
from sessions_app.lifecycle.start import start_session
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Registration, Series, Session, SessionDuty
from sessions_app.questions.ask import ask
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.registrations.offers import accept, decline
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant
from sessions_app.schedule import plan_duties
from sessions_app.series.create import create_series
from sessions_app.series.edit import cancel_series, edit_all, edit_following
from sessions_app.series.registrations import register_for_series
from tests.sessions_app.factories import HOST, key_caller, session, user_caller
from tests.support.concurrency import at_once
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS, THREADS, SESSIONS, PEOPLE = 8, 10, 8, 12
REFUSALS = (
    *(exceptions.SessionStateError, exceptions.SessionNotFound, exceptions.RegistrationNotFound),
    *(exceptions.SeriesNotFound, exceptions.NotAllowed, exceptions.InvalidFields, Session.DoesNotExist),
)


def soon(minutes: int = 5) -> Any:
    return timezone.now() + timedelta(minutes=minutes)


class Crowd:
    """One thread: does something by chance, again and again."""

    def __init__(self, account: Account, ids: list[UUID], seed: int) -> None:
        self.account, self.ids, self.chance = account, ids, random.Random(seed)
        self.host = key_caller(account)
        self.done: Counter[str] = Counter()
        self.errors: list[str] = []
        self.acts: list[Callable[[], object]] = [
            *(
                self.new,
                self.series,
                self.start,
                self.start,
                self.end,
                self.end_call,
                self.cancel,
                self.restore,
            ),
            *(self.delete, self.change, self.move, self.hosts, self.come, self.come, self.come, self.go),
            *(self.answer, self.join, self.question, self.overdue, self.work, self.work, self.mail),
        ]

    def run(self, until: float) -> "Crowd":
        while time.monotonic() < until:
            act = self.chance.choice(self.acts)
            try:
                act()
                self.done[act.__name__] += 1
            except REFUSALS:
                self.done["refused"] += 1
            except Exception as error:  # noqa: BLE001 - what this test looks for
                self.errors.append(f"{act.__name__}: {type(error).__name__}: {error}")
        return self

    @property
    def one(self) -> UUID:
        return self.chance.choice(self.ids)

    @property
    def somebody(self) -> Caller:
        return user_caller(self.account, f"u{self.chance.randrange(PEOPLE)}")

    def new(self) -> None:
        row = made(self.account, self.chance.randrange(12))
        self.ids[self.chance.randrange(len(self.ids))] = row.pk

    def series(self) -> None:
        found = list(Series.objects.filter(account=self.account, is_active=True)[:20])
        if len(found) < 3:
            new_series(self.host)
            return
        one, number = self.chance.choice(found), self.chance.randrange(10)
        following = Session.objects.filter(series=one, original_at__gt=timezone.now()).last()
        if number < 4:
            edit_all(one.pk, self.host, {"title": f"t{number}", "starts_at": soon(3 + number)})
        elif number < 6 and following:
            edit_following(one.pk, following.pk, self.host, {"title": f"t{number}"})
            self.ids[number] = following.pk
        elif number < 9:
            who = self.somebody
            register_for_series(one.pk, Registrant(user_id=who.user_id, email="u@example.com"), who)
        else:
            cancel_series(one.pk, self.host)

    def start(self) -> None:
        start_session(self.one, self.host)

    def end(self) -> None:
        end_session(self.one, self.host)

    def end_call(self) -> None:
        open_calls = Call.objects.filter(account=self.account, is_followed=True, ended_at=None)
        ids = list(open_calls.values_list("pk", flat=True))
        if ids and self.chance.random() < 0.2:
            end_if_live_many(ids, self.account.pk, "bulk", EndCode.STALE.value, "test")
        elif ids:
            end_call(self.chance.choice(ids), account_id=self.account.pk, actor="provider:getstream")

    def cancel(self) -> None:
        cancel_session(self.one, self.host)

    def restore(self) -> None:
        restore_session(self.one, self.host, soon())

    def delete(self) -> None:
        delete_session(self.one, self.host)

    def change(self) -> None:
        changes = {"max_participants": self.chance.randrange(1, 9), "metadata": {"a": self.chance.random()}}
        update_session(self.one, self.host, changes)

    def move(self) -> None:
        update_session(self.one, self.host, {"scheduled_at": soon(self.chance.randrange(1, 30))})

    def hosts(self) -> None:
        update_session(self.one, self.host, {"co_host_ids": [self.somebody.user_id]})

    def come(self) -> None:
        who = self.somebody
        register(self.one, Registrant(user_id=who.user_id, email=f"{who.user_id}@example.com"), who)

    def go(self) -> None:
        rows = Registration.objects.filter(session=self.one, status__in=Registration.OPEN)
        for row in rows[:2]:
            cancel_registration(row.session_id, row.pk, self.host)

    def answer(self) -> None:
        for row in Registration.objects.filter(status=Registration.Status.OFFERED)[:3]:
            self.chance.choice((accept, decline))(row.session_id, row.pk, self.host)

    def join(self) -> None:
        join_user(Session.objects.get(pk=self.one), HOST)

    def question(self) -> None:
        ask(self.one, "Why?", user_caller(self.account))

    def overdue(self) -> None:
        ago = soon(-300)
        Session.objects.filter(pk=self.one, status="live").update(scheduled_at=ago, started_at=ago)
        SessionDuty.objects.filter(session=self.one, kind__in=("close", "host_check", "offer")).make_due()

    def work(self) -> None:
        drain(SessionDuty)

    def mail(self) -> None:
        drain(Mail)


def made(account: Account, number: int) -> Session:
    mode = "offer" if number % 2 else "automatic"
    grace = 1 if number % 3 else 0
    row = session(
        account, max_participants=3, scheduled_at=soon(), waitlist_mode=mode, host_grace_minutes=grace
    )
    plan_duties(row)
    return row


def new_series(host: Caller) -> Series:
    fields = {"host_id": HOST, "brand_id": "acme", "title": "t", "timezone": "UTC", "max_participants": 3}
    return create_series(host, fields | {"starts_at": soon(6), "rule": "FREQ=DAILY;COUNT=4"})


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def wrong(row: Session) -> list[str]:
    """What does not hold of a session."""
    people = row.registrations.exclude(role__in=("host", "co_host"))
    counts = [people.filter(status=status).count() for status in ("registered", "offered", "waitlist")]
    events = Event.objects.filter(subject_id=row.pk)
    sequences = list(events.order_by("sequence").values_list("sequence", flat=True))
    ends = events.filter(type="session.ended").count()
    running = list(Call.objects.filter(metadata__session_id=str(row.pk), ended_at=None))
    expected = {
        "counters": counts == [row.registered_count, row.offered_count, row.waitlist_count],
        "no seat is lost": row.is_over or not (row.free_seats and row.waitlist_count),
        "events are numbered": sequences == list(range(1, row.event_sequence + 1)),
        "it ends once": ends == (row.status == "ended"),
        "one room, its own": [call.pk for call in running] in ([], [row.call_id]),
        "no room without it": not (running and row.is_over),
        "it has its room": row.status != "live" or bool(running),
    }
    return [f"{row.pk} {row.status}: not so: {name}" for name, holds in expected.items() if not holds]


def test_everything_at_once(account, rooms):
    ids = [made(account, number).pk for number in range(SESSIONS)]
    new_series(key_caller(account))
    before, until = deadlocks(), time.monotonic() + SECONDS
    crowds = at_once(THREADS, lambda thread: Crowd(account, ids, thread).run(until))
    drain(SessionDuty)
    time.sleep(1.2)  # PostgreSQL's statistics are a second behind
    done = sum((crowd.done for crowd in crowds), Counter())
    assert [error for crowd in crowds for error in crowd.errors] == [], done
    assert deadlocks() == before
    assert [text for row in Session.objects.all() for text in wrong(row)] == []
    mine = Call.objects.filter(account=account, is_followed=True, ended_at=None)
    assert not [call for call in mine if not Session.objects.filter(pk=call.metadata["session_id"]).exists()]
    assert not SessionDuty.objects.filter(state="failed").exists()
    assert set(done) >= {"start", "end", "end_call", "cancel", "come", "go", "work", "mail"}, done
