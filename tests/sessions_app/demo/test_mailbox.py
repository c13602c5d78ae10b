"""Mails are read back from the files of Django's file backend, with the entries that they carry."""

from datetime import UTC, datetime

import pytest

from sessions_app.demo.mailbox import clear, read_mails
from sessions_app.invitations.notices import notify
from sessions_app.models import Mail, Session
from tests.sessions_app.factories import registration, session
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


@pytest.fixture
def sent(account, folder) -> Session:
    """A session of which one person was told that it has a seat, and one that it waits."""
    made = session(account, timezone="Europe/Berlin", scheduled_at=datetime(2030, 7, 1, 15, tzinfo=UTC))
    waiting = registration(made, user_id="ben", status="waitlist", waitlist_number=1)
    notify(made, [registration(made)], Mail.Kind.REGISTERED, cause="1")
    notify(made, [waiting], Mail.Kind.WAITLISTED, cause="2")
    drain(Mail)
    return made


def test_each_mail_is_read_with_its_invitation(sent, folder):
    mails = {mail.to: mail for mail in read_mails(folder)}
    invited, told = mails["anna@example.com"], mails["ben@example.com"]
    assert (invited.method, invited.starts_at, invited.zone) == (
        "REQUEST",
        "20300701T170000",
        "Europe/Berlin",
    )
    assert str(sent.pk) in invited.uid and sent.title in invited.subject
    assert (told.method, told.uid) == ("", "")
    assert invited.message_id != told.message_id


def test_mails_of_a_former_run_are_removed(sent, folder):
    clear(folder)
    assert read_mails(folder) == []


def test_a_folder_that_is_not_there_has_none(tmp_path):
    assert read_mails(tmp_path / "none") == []
    clear(tmp_path / "none")
