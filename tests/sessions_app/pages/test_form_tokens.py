"""Tokens of forms."""

from uuid import uuid4

from sessions_app.pages import form_tokens


def test_a_token_is_good_for_one_form_about_one_row():
    one, other = uuid4(), uuid4()
    token = form_tokens.make("cancel", one)
    assert form_tokens.is_valid(token, "cancel", one)
    assert not form_tokens.is_valid(token, "cancel", other)
    assert not form_tokens.is_valid(token, "register", one)


def test_a_token_becomes_too_old(monkeypatch):
    subject = uuid4()
    token = form_tokens.make("cancel", subject)
    monkeypatch.setattr(form_tokens, "MAX_AGE", -1)
    assert not form_tokens.is_valid(token, "cancel", subject)


def test_anything_else_is_refused():
    for text in ("", ":", "a:b:c", "\0", "x" * 10_000, "ü:ü:ü"):
        assert not form_tokens.is_valid(text, "cancel", uuid4())
