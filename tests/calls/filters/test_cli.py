"""Options of commands that select calls."""

from argparse import ArgumentParser
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError
from django.utils import timezone

from calls.filters.cli import add_filter_arguments, require_known_ids, selected_calls
from calls.models import Call
from tests.support.factories import phone_call, video_call


def options(*given: str) -> dict:
    parser = ArgumentParser()
    add_filter_arguments(parser)
    return vars(parser.parse_args(given))


@pytest.fixture
def calls(account) -> dict[str, Call]:
    made = {
        "phone": phone_call(account),
        "test": phone_call(account, is_test=True),
        "old": video_call(account),
    }
    Call.objects.filter(pk=made["old"].pk).update(created_at=timezone.now() - timedelta(days=2))
    return made


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["--channel", "phone"], {"phone", "test"}),
        (["--before", "1d"], {"old"}),
        (["--after", "1d"], {"phone", "test"}),
        (["--test"], {"test"}),
        (["--all"], {"phone", "test", "old"}),
    ],
    ids=lambda given: " ".join(sorted(given)),
)
def test_options_select_calls(account, calls, given, expected):
    found = set(selected_calls(options("--account", account.name, *given)))
    assert found == {calls[name] for name in expected}


def test_without_a_filter_all_must_be_said(db):
    with pytest.raises(CommandError, match="--all"):
        selected_calls(options())
    with pytest.raises(CommandError, match="--after"):
        selected_calls(options("--before", "2d", "--after", "1d"))


def test_an_unknown_id_is_named(account, calls):
    unknown = str(uuid4())
    with pytest.raises(CommandError, match=unknown):
        require_known_ids(options(str(calls["old"].pk), unknown))
    require_known_ids(options(str(calls["old"].pk)))
