"""Sending over SMTP: what the server says decides what happens to the mail."""

import socket
import time
from datetime import timedelta

import pytest
from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused
from django.utils import timezone

from sessions_app.invitations.delivery import next_delay, outcome_of
from sessions_app.invitations.notices import notify
from sessions_app.models import Mail
from tests.sessions_app import factories
from tests.support.draining import drain
from tests.support.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(settings):
    with SmtpServer() as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        yield server


@pytest.fixture
def mail(account):
    session = factories.session(account, timezone="Europe/Berlin", title="Zoë’s office hours")
    notify(session, [factories.registration(session)], Mail.Kind.REGISTERED, cause="once")
    return Mail.objects.get()


def send(mail):
    drain(Mail)
    mail.refresh_from_db()
    return mail


def make_due(mail):
    Mail.objects.filter(pk=mail.pk).update(due_at=timezone.now())


def test_a_mail_arrives_whole(server, mail):
    assert send(mail).state == "done"
    (message,) = server.accepted
    assert server.recipients == ["anna@example.com"]
    assert message["Subject"] == "You are registered: Zoë’s office hours"
    assert message["Message-ID"] == f"<{mail.pk.hex}@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"].strip().startswith("<http://127.0.0.1:9/sessions/cancel/")
    types = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    assert types == ["text/plain", "text/html", "text/calendar", "application/ics"]


@pytest.mark.parametrize("answers", [
    {"RCPT": "550 5.1.1 no such user"},
    {"RCPT": "553 5.1.3 bad address"},
    {"END": "554 5.7.1 refused as spam"},
    {"DATA": "554 5.5.1 refused"},
])  # fmt: skip
def test_a_refusal_for_good_is_not_repeated(server, mail, answers):
    server.answers = answers
    assert send(mail).state == "failed"
    assert next(iter(answers.values()))[:3] in mail.error


@pytest.mark.parametrize("answers", [
    {"RCPT": "450 4.2.1 greylisted"},
    {"RCPT": "421 4.3.2 closing"},
    {"END": "452 4.3.1 no storage"},
    {"DATA": "451 4.3.0 later"},
    {"MAIL": "550 5.7.1 you may not send from here"},
    {"EHLO": "drop"},
    {"RCPT": "drop"},
    {"END": "drop"},
    {"END": "hang"},
    {"MAIL": "hang"},
])  # fmt: skip
def test_every_other_failure_is_repeated(server, mail, answers):
    server.answers = answers
    assert send(mail).state == "pending"
    assert mail.error
    assert mail.due_at > timezone.now() + timedelta(seconds=5)

    server.answers = {}
    make_due(mail)
    assert send(mail).state == "done"
    assert len(server.accepted) == 1


def test_a_server_that_takes_it_and_says_nothing_gets_the_same_message_again(server, mail):
    server.answers = {"END": "keep-and-drop"}
    send(mail)
    server.answers = {}
    make_due(mail)
    send(mail)
    first, second = server.accepted
    assert first["Message-ID"] == second["Message-ID"]


def test_no_connection_is_repeated(settings, mail):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", bound.getsockname()[1]
        assert send(mail).state == "pending"
    assert "ConnectionRefusedError" in mail.error


@pytest.mark.parametrize(
    "address", ["nobody", "a b@example.com", "anna@example.com\r\nBcc: all@example.com", "@", ""]
)
def test_a_bad_address_fails_and_reaches_nobody(server, mail, address):
    server.answers = {"RCPT": "501 5.1.3 bad address"}
    Mail.objects.filter(pk=mail.pk).update(to=address)
    assert send(mail).state == "failed"
    assert server.accepted == []


def test_a_server_that_trickles_is_given_up_before_the_lease_is_lost(server, mail, settings):
    """It says something within each time-out, for ever."""
    settings.EMAIL_TIMEOUT, settings.WORK_LEASE = 5.0, 3.0
    server.answers = {"MAIL": "trickle"}
    began = time.monotonic()
    assert send(mail).state == "pending"
    assert time.monotonic() - began < 3


def test_thirty_attempts_take_three_days():
    total = sum(next_delay(Mail(attempts=n)) for n in range(1, Mail.MAX_ATTEMPTS))
    assert timedelta(days=2.8) < timedelta(seconds=total) < timedelta(days=3.6)


class Answer:
    def __init__(self, status):
        self.status_code, self.reason, self.text = status, "reason", "text"

    def json(self):
        return {}


@pytest.mark.parametrize(("error", "state"), [
    (AnymailRecipientsRefused("no"), "failed"),
    (AnymailInvalidAddress("no"), "failed"),
    (AnymailAPIError("no", status_code=422, response=Answer(422)), "failed"),
    (AnymailAPIError("no", status_code=401, response=Answer(401)), "again"),
    (AnymailAPIError("no", status_code=429, response=Answer(429)), "again"),
    (AnymailAPIError("no", status_code=503, response=Answer(503)), "again"),
    (AnymailAPIError("no connection"), "again"),
])  # fmt: skip
def test_the_answers_of_companies(error, state):
    assert outcome_of(error).state == state
