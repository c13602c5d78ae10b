"""One message to the mail server: what counts is whether it was taken."""

import time
from smtplib import SMTPException

import pytest
from django.core.mail import EmailMessage

from sessions_app.invitations.mail_server import send
from tests.support.smtp_server import SmtpServer


@pytest.fixture
def server(settings):
    with SmtpServer() as server:
        for name, value in server.settings.items():
            setattr(settings, name, value)
        yield server


def message():
    return EmailMessage("Hello", "Hello.", "sessions@example.com", ["anna@example.com"])


@pytest.mark.parametrize("answer", ["drop", "hang", "421 4.3.2 too late", "500 what?"])
def test_a_message_that_was_taken_is_sent_however_the_connection_ends(server, answer):
    server.answers = {"QUIT": answer}
    send(message())
    assert len(server.accepted) == 1


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA", "END"])
def test_no_step_may_last_for_ever(server, settings, step):
    settings.EMAIL_TIMEOUT, settings.WORK_LEASE = 30.0, 1.0
    server.answers = {step: "trickle"}
    began = time.monotonic()
    with pytest.raises((SMTPException, OSError)):
        send(message())
    assert time.monotonic() - began < 3


def test_each_message_has_a_connection_of_its_own(server):
    for _ in range(3):
        send(message())
    assert (server.connections, len(server.accepted)) == (3, 3)
