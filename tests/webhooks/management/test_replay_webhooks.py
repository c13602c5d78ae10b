"""manage.py replay_webhooks"""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from liveplatform.webhooks.endpoints import disable
from liveplatform.webhooks.models import Delivery, Event
from tests.support.draining import drain

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("replay_webhooks", *map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.fixture
def replayable(endpoint_at, publish_event):
    """An old event and a new one, delivered to one endpoint, failed at the other."""
    well, badly = endpoint_at("/ok"), endpoint_at("/status/400")
    old, new = publish_event("call.ended"), publish_event("call.analyzed")
    drain(Delivery)
    Event.objects.filter(pk=old.pk).update(created_at=Now() - timedelta(days=2))
    Delivery.objects.filter(endpoint=badly).update(state="failed", due_at=None)
    return well, badly, old, new


def due() -> set[tuple[object, object]]:
    return set(Delivery.objects.filter(state="pending").values_list("event_id", "endpoint_id"))


def test_failed_deliveries_alone(replayable, account):
    _, badly, old, new = replayable
    assert "2 deliveries are due again" in run("--account", account.name, "--failed")
    assert due() == {(old.pk, badly.pk), (new.pk, badly.pk)}


def test_a_range(replayable):
    well, badly, _, new = replayable
    run("--since", "1d", "--until", "0s")
    assert due() == {(new.pk, well.pk), (new.pk, badly.pk)}


def test_one_endpoint_and_type(replayable):
    well, _, old, _ = replayable
    run("--endpoint", well.pk, "--type", "call.ended")
    assert due() == {(old.pk, well.pk)}


def test_a_dry_run_sends_nothing(replayable):
    assert "4 deliveries would be sent" in run("--since", "7d", "--dry-run")
    assert due() == set()


def test_disabled_endpoints_are_left_out(replayable):
    well, badly, old, new = replayable
    disable(badly)
    run("--since", "7d")
    assert due() == {(old.pk, well.pk), (new.pk, well.pk)}


def test_missed_events_are_sent_to_a_new_endpoint(replayable, endpoint_at):
    *_, new = replayable
    fresh = endpoint_at("/ok/fresh")
    assert "1 events that the endpoint was never sent" in run(
        "--endpoint", fresh.pk, "--since", "1d", "--missed"
    )
    assert due() == {(new.pk, fresh.pk)}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Choose with"),
        (["--missed", "--failed"], "--missed wants"),
        (["--endpoint", uuid4()], "There is no endpoint"),
        (["--endpoint", "seven"], "invalid UUID"),
        (["--since", "yesterday"], "neither a time"),
        (["--since", "1d", "--until", "7d"], "before --until"),
        (["--type", "call.endet", "--failed"], "invalid choice"),
        (["--account", "nobody", "--failed"], "nobody"),
    ],
)
def test_errors_say_what_is_wrong(db, arguments, message):
    with pytest.raises(CommandError, match=message):
        run(*arguments)


def test_a_disabled_endpoint_is_refused(replayable):
    well, *_ = replayable
    disable(well)
    with pytest.raises(CommandError, match="by its owner"):
        run("--endpoint", well.pk)
