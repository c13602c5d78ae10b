"""The demo's session: what it checks fails if a mail is missing, or was sent twice."""

from dataclasses import replace

import pytest

from sessions_app.demo.mailbox import ReceivedMail
from sessions_app.demo.story import SessionStory

INVITED = ReceivedMail(
    "anna@example.com", "s", "<1@x>", "REQUEST", "uid", 0, "20301201T180000", "Europe/Berlin"
)
MAILS = [
    INVITED,
    replace(INVITED, to="ben@example.com", message_id="<2@x>", method="", uid="", starts_at="", zone=""),
    replace(INVITED, to="ben@example.com", message_id="<3@x>"),
    replace(INVITED, message_id="<4@x>", method="CANCEL", sequence=1),
]


@pytest.fixture
def story() -> SessionStory:
    told = SessionStory(scenario=None)
    told.session = {"scheduled_at": "2030-12-01T17:00:00+00:00"}
    told.published_uid = "uid"
    return told


def passed(story, mails) -> bool:
    story.mails = mails
    return all(is_so for _, is_so in story._mail_checks())


def test_the_mails_of_a_good_run_pass(story):
    assert passed(story, MAILS)


@pytest.mark.parametrize(
    "mails",
    [
        MAILS[:3],
        [*MAILS, MAILS[0]],
        [*MAILS[:3], replace(MAILS[3], uid="another")],
        [*MAILS[:3], replace(MAILS[3], method="REQUEST")],
        [replace(INVITED, starts_at="20301201T170000"), *MAILS[1:]],
        [replace(INVITED, sequence=2), *MAILS[1:]],
    ],
    ids=["missing", "twice", "another UID", "no CANCEL", "wrong hour", "older than the invitation"],
)
def test_what_went_wrong_is_seen(story, mails):
    assert not passed(story, mails)
