"""A series in two."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.exceptions import InvalidFields
from sessions_app.models import SeriesRegistration
from sessions_app.series.plan import DETAILS, FOREVER
from sessions_app.series.split import find_occurrence, split
from tests.sessions_app.series.support import series, sessions


def test_the_first_part_ends_and_the_second_goes_on(account):
    row = series(
        account, "FREQ=WEEKLY;COUNT=4", description="Bring questions.", excluded=["2020-01-01T00:00:00+00:00"]
    )
    third = sessions(row)[2]
    following = split(row, find_occurrence(row, third.pk))
    assert (following.starts_at, following.rule) == (third.original_at, "FREQ=WEEKLY;COUNT=2")
    assert row.planned_until == FOREVER and len(sessions(row)) == len(sessions(following)) == 2
    assert all(getattr(row, name) == getattr(following, name) for name in DETAILS)
    assert following.excluded == row.excluded


def test_an_end_by_date_stays(account):
    row = series(account, "FREQ=WEEKLY;UNTIL=20991231")
    assert split(row, sessions(row)[2]).rule == "FREQ=WEEKLY;UNTIL=20991231"


def test_a_series_that_would_keep_nothing_stays_whole(account):
    row = series(account)
    assert split(row, sessions(row)[0]) is row


def test_a_session_that_is_past_splits_nothing(account):
    row = series(account)
    first = sessions(row)[0]
    first.original_at = timezone.now() - timedelta(hours=1)
    with pytest.raises(InvalidFields):
        split(row, first)


def test_people_are_of_both(account):
    row = series(account)
    SeriesRegistration.objects.create(series=row, user_id="anna", person_key="user:anna")
    following = split(row, sessions(row)[1])
    assert SeriesRegistration.objects.filter(user_id="anna", series__in=(row, following)).count() == 2


def test_only_a_session_with_a_place_in_the_rule(account):
    row = series(account)
    first = sessions(row)[0]
    type(first).objects.filter(pk=first.pk).update(original_at=None)
    with pytest.raises(InvalidFields):
        find_occurrence(row, first.pk)
