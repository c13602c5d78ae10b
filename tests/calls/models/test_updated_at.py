"""`updated_at` moves with every change of what is shown of a call, and never backwards: a client syncs by it."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, models, transaction
from django.db.models.functions import Now

from calls import activity
from calls.lifecycle.end import end
from calls.lifecycle.end_strict import end_strictly
from calls.lifecycle.start import start
from calls.lifecycle.update import annotate_call, update_call
from calls.models import Analysis, Call, Recording, Step, Transcript
from calls.monitoring.late_legs import terminate_again
from calls.monitoring.schedule import set_time_limit
from calls.post_processing import transcripts
from calls.recordings import store
from calls.sql import bulk_write
from liveplatform.db.uuid7 import uuid7
from providers.events import RecordingFile
from tests.support.draining import drain
from tests.support.factories import phone_call, video_call

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TURNS = [{"role": "customer", "text": "It is broken."}]
KEPT = {"id", "account", "updated_at", "connection", "room_connection"}
COLUMNS = [f for f in Call._meta.concrete_fields if f.name not in KEPT and not f.generated]


def updated_at(call: Call) -> datetime:
    return Call.objects.values_list("updated_at", flat=True).get(pk=call.pk)


TEXTS = {"channel": "video", "status": "errored", "provider_state": "ended", "end_code": "busy"}
VALUES = {  # that no new call has, by the type of the column
    models.DateTimeField: NOON,
    models.DecimalField: Decimal("0.0085"),
    models.UUIDField: uuid7(),
    models.BooleanField: True,
    models.IntegerField: 7,
    models.FloatField: 7.5,
    models.JSONField: {"other": 1},
}


def other_value(field: models.Field) -> object:
    found = [value for kind, value in VALUES.items() if isinstance(field, kind)]
    return found[0] if found else TEXTS.get(field.name, "other")


@pytest.mark.parametrize("field", COLUMNS, ids=lambda field: field.name)
def test_a_change_of_any_column_moves_it(account, field):
    call = phone_call(account, provider_call_id="")
    values = {field.name: other_value(field)}
    setattr(call, field.name, values[field.name])
    writes = [
        lambda: Call.objects.filter(pk=call.pk).update(**values),
        lambda: call.save(update_fields=list(values)),
        lambda: Call.objects.bulk_update([call], list(values)),
    ]
    if not isinstance(field, models.JSONField):
        writes.append(lambda: bulk_write([call], list(values)))
    for write in writes:
        before = updated_at(call)
        write()
        assert updated_at(call) > before


def recording(call: Call, url: str = "https://files.example/1") -> None:
    expires = datetime.now(UTC) + timedelta(days=len(url))
    store.upsert(call, RecordingFile("one", url, NOON, NOON, 60, expires))


def step_done(call: Call) -> None:
    Step.objects.filter(call=call, kind="clean_up").restart()
    drain(Step)


CHANGES = {
    "notes": lambda c: annotate_call(c.pk, account_id=c.account_id, actor="t", changes={"notes": "n"}),
    "metadata": lambda c: annotate_call(
        c.pk, account_id=c.account_id, actor="t", changes={"metadata": {"a": 1}}
    ),
    "time limit": lambda c: set_time_limit(c, 60),
    "end": lambda c: end(c.pk, account_id=c.account_id, actor="t"),
    "transcript put": lambda c: transcripts.put(c, TURNS),
    "transcript appended": lambda c: transcripts.append(c, TURNS),
    "analysis": lambda c: Analysis.objects.create(
        call=c, metrics={}, sentiment={}, analyser="a", version="1"
    ),
    "recording": recording,
    "recording's new link": lambda c: recording(c, "https://files.example/22"),
    "recording deleted": lambda c: Recording.objects.filter(call=c).delete(),
    "activity": lambda c: activity.record(c.pk, "t", activity.CHANGED),
    "transcript changed": lambda c: Transcript.objects.filter(call=c).update(language="de"),
    "transcript deleted": lambda c: Transcript.objects.filter(call=c).delete(),
    "step": step_done,
    "hung up again": lambda c: transaction.atomic(terminate_again)(c.pk),
}


@pytest.mark.django_db(transaction=True)
def test_every_kind_of_change_moves_it(account):
    call = phone_call(account, provider_call_id="")
    for name, change in CHANGES.items():
        before = updated_at(call)
        call.refresh_from_db()
        change(call)
        assert updated_at(call) > before, name


def test_what_a_provider_confirms_moves_it(line):
    call = line.dial()
    end(call.pk, account_id=call.account_id, actor="t")
    before = updated_at(call)
    drain(Step)
    call.refresh_from_db()
    assert (call.provider_state, call.updated_at > before) == ("ended", True)


def test_a_start_a_change_and_a_strict_end_move_it(line):
    call = line.open(scheduled_at=datetime.now(UTC) + timedelta(days=1))
    seen = [updated_at(call)]
    for change in (
        lambda: start(call.pk, account_id=call.account_id, actor="t"),
        lambda: update_call(call.pk, account_id=call.account_id, actor="t", changes={"title": "new"}),
        lambda: end_strictly(call.pk, account_id=call.account_id, actor="t"),
    ):
        assert change().updated_at == updated_at(call)
        seen.append(updated_at(call))
    assert seen == sorted(set(seen))


def test_the_end_answers_with_it(account):
    call = phone_call(account, provider_call_id="")
    before = updated_at(call)
    ended = end(call.pk, account_id=account.pk, actor="t").call
    assert ended.updated_at == updated_at(call) > before


def test_it_never_moves_backwards(account):
    call, tomorrow = video_call(account), datetime.now(UTC) + timedelta(days=1)
    Call.objects.filter(pk=call.pk).update(updated_at=tomorrow)
    Call.objects.filter(pk=call.pk).update(updated_at=NOON)
    Call.objects.filter(pk=call.pk).update(title="new", updated_at=Now())
    bulk_write([call], ["notes"])
    end(call.pk, account_id=account.pk, actor="t")
    assert updated_at(call) > tomorrow


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_began_first_and_wrote_last_has_the_later_time(account):
    """It waited for the other's lock: with the time of its own start, a reader of the other would miss it."""
    call, began, locked = phone_call(account), threading.Event(), threading.Event()

    def write_first() -> None:
        began.wait(10)
        with transaction.atomic():
            Call.objects.filter(pk=call.pk).update(notes="second to begin, first to write")
            locked.set()
        connection.close()

    other = threading.Thread(target=write_first)
    other.start()
    with transaction.atomic():
        began_at = Call.objects.values_list(Now(), flat=True).first()
        began.set()
        assert locked.wait(10)
        other.join(10)
        seen = updated_at(call)
        assert seen > began_at
        Call.objects.filter(pk=call.pk).update(notes="first to begin, last to write")
    assert updated_at(call) > seen
