"""Gauges of streams."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from calls.models import StreamStep
from calls.streams.metrics import GAUGES
from tests.calls.streams.streams import stream

pytestmark = pytest.mark.django_db


def read():
    values = {gauge.name.removeprefix("liveplatform_"): gauge.read() for gauge in GAUGES}
    return {name: samples[0][0] for name, samples in values.items() if len(samples) == 1}, values[
        "streams_open"
    ]


def test_what_is_open_late_unconfirmed_given_up_or_still_live_is_counted(account):
    long_ago = Now() - timedelta(minutes=2)
    stream(account)
    stream(account, expires_at=long_ago)
    late = stream(account, status="stopping", stop_requested_at=long_ago, outcome="accepted")
    StreamStep.of(late, StreamStep.Kind.STOP, state="failed").save()
    orphan = stream(account, status="stopped", still_live_at=Now())
    StreamStep.of(orphan, StreamStep.Kind.STOP).save()
    stream(account, status="stopped", still_live_at=Now())  # it was stopped again
    alarms, by_status = read()
    assert alarms == {
        "streams_overdue": 1,
        "streams_unconfirmed": 1,
        "stream_stops_given_up": 1,
        "streams_still_live": 1,
    }
    counts = {(kind, status): count for kind, status, count in by_status}
    assert (counts["audio", "live"], counts["audio", "stopping"], counts["livestream", "live"]) == (2, 1, 0)
