"""Calendars of mail clients agree with the platform, whatever happens and whatever is lost on the way."""

import random
from contextlib import suppress
from datetime import UTC, timedelta

import pytest
from django.core import mail as outbox
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from sessions_app.exceptions import SessionStateError
from sessions_app.lifecycle.cancel import cancel_session, restore_session
from sessions_app.lifecycle.update import update_session
from sessions_app.models import Mail, Registration
from sessions_app.registrations.cancel import cancel_registration
from sessions_app.registrations.register import register
from sessions_app.registrations.registrant import Registrant
from tests.sessions_app import factories
from tests.sessions_app.mail_clients import MailClient
from tests.support.draining import claim, drain

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("anna", "ben", "cleo")


class World:
    """A session of two seats, three people, and workers that die."""

    def __init__(self, account, chance):
        self.chance = chance
        self.caller = factories.key_caller(account)
        self.session = factories.session(
            account, max_participants=2, timezone="Europe/Berlin", duration_minutes=60
        )
        self.clients = {
            name: (MailClient(f"{name}@example.com"), MailClient(f"{name}@example.com", is_strict=True))
            for name in NAMES
        }

    def act(self):
        action = self.chance.choice(
            (self.enter, self.enter, self.leave, self.move, self.rename, self.call_off, self.restore)
        )
        with suppress(SessionStateError):
            action()
        self.chance.choice((self.work, self.die_before_sending, self.die_after_sending, lambda: None))()

    def enter(self):
        name = self.chance.choice(NAMES)
        register(self.session.pk, Registrant(user_id=name, email=f"{name}@example.com"), self.caller)

    def leave(self):
        row = Registration.objects.filter(status__in=Registration.OPEN).order_by("?").first()
        if row:
            cancel_registration(self.session.pk, row.pk, self.caller)

    def move(self):
        at = timezone.now() + timedelta(hours=self.chance.randint(30, 3000))
        update_session(self.session.pk, self.caller, {"scheduled_at": at.replace(microsecond=0)})

    def rename(self):
        update_session(self.session.pk, self.caller, {"title": f"Title {self.chance.random()}"})

    def call_off(self):
        cancel_session(self.session.pk, self.caller)

    def restore(self):
        restore_session(self.session.pk, self.caller)

    def work(self):
        drain(Mail)
        self.deliver()

    def die_before_sending(self):
        claim(Mail, 2)
        self.end_leases()

    def die_after_sending(self):
        """All that is due is sent; but for the mails that follow one another, nobody notes it."""
        before = set(Mail.objects.filter(state="done").values_list("pk", flat=True))
        drain(Mail)
        sent = Mail.objects.filter(state="done").exclude(pk__in=before)
        last = {
            mail.registration.person_key: mail.pk
            for mail in sent.select_related("registration").order_by("number")
        }
        Mail.objects.filter(pk__in=last.values()).update(state="running", sent_at=None)
        self.end_leases()
        self.deliver()

    def end_leases(self):
        Mail.objects.filter(state__in=("running", "pending")).update(
            due_at=Now(), max_attempts=F("max_attempts") + 2
        )

    def deliver(self):
        for message in outbox.outbox:
            for clients in self.clients.values():
                for client in clients:
                    client.receive(message)
        outbox.outbox.clear()

    def truth(self, name):
        """What the person's calendar is to show."""
        self.session.refresh_from_db()
        has_seat = Registration.objects.filter(user_id=name, status="registered").exists()
        if self.session.is_over or not has_seat:
            return {}
        start = self.session.scheduled_at.astimezone(UTC).replace(microsecond=0)
        return {str(self.session.pk): (start, self.session.title)}


@pytest.mark.parametrize("seed", range(12))
def test_calendars_agree_in_the_end(account, seed):
    world = World(account, random.Random(seed))
    for _ in range(14):
        world.act()
    world.end_leases()
    world.work()

    assert not Mail.objects.filter(state__in=("pending", "running", "failed")).exists()
    for name in NAMES:
        for client in world.clients[name]:
            assert client.calendar() == world.truth(name), (name, client.is_strict)
