"""Signed links: each is good for one registration, and for what it says."""

from uuid import uuid4

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.invitations.links import InvalidLink, feed_token, make_link, read_feed_token, read_link
from sessions_app.models import Registration, Session

KINDS = ("cancel", "accept", "decline", "join")


def registration(key="email:ana@example.com"):
    return Registration(session=Session(account_id=uuid4()), person_key=key)


def token_of(link):
    return link.rsplit("/", 1)[1].removesuffix(".ics")


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_names_its_registration_at_an_address_of_its_kind(kind):
    row = registration()
    link = make_link(kind, row)
    assert link.startswith(f"http://127.0.0.1:9/sessions/{kind}/")
    assert read_link(token_of(link), kind) == row.pk
    assert make_link(kind, row) == link, "the same in every mail"


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_is_good_for_nothing_else(kind):
    token = token_of(make_link(kind, registration()))
    for other in {*KINDS, "feed"} - {kind}:
        with pytest.raises(InvalidLink):
            read_link(token, other)


def test_a_feed_names_the_account_and_the_person():
    row = registration()
    link = make_link("feed", row)
    assert link.endswith(".ics")
    assert read_feed_token(token_of(link)) == (row.session.account_id, row.person_key)


@given(st.text(max_size=340))
def test_any_person_has_a_feed(key):
    account_id = uuid4()
    assert read_feed_token(feed_token(account_id, key)) == (account_id, key)


@given(st.text(max_size=3000))
def test_no_other_text_is_a_link(text):
    with pytest.raises(InvalidLink):
        read_link(text, "cancel")
    with pytest.raises(InvalidLink):
        read_feed_token(text)


def test_an_altered_token_is_refused():
    token = token_of(make_link("cancel", registration()))
    for at in range(len(token)):
        altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(InvalidLink):
            read_link(altered, "cancel")


def test_a_new_secret_key_revokes_all_links():
    token = token_of(make_link("cancel", registration()))
    with override_settings(SECRET_KEY="another"), pytest.raises(InvalidLink):
        read_link(token, "cancel")
