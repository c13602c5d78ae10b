"""What a provider says is broadcast is compared with the livestreams here; only our own are stopped."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from calls.models import MediaStream, Reconciliation, StreamStep
from calls.monitoring.broadcasts import broadcasting, running_at, stop_orphans
from liveplatform.webhooks.models import Event
from providers.errors import Unavailable
from sessions_app.livestreams.start import start_livestream
from sessions_app.livestreams.stop import stop_livestream
from sessions_app.models import Livestream
from tests.sessions_app.livestreams.test_backends import ENDS, WANTED, WAYS, Backend
from tests.support.draining import drain
from tests.support.monitoring import reconcile
from tests.support.sandbox import sandbox, sandbox_url

__all__ = ["sandbox", "sandbox_url"]
pytestmark = pytest.mark.django_db(transaction=True)

# Cloudflare lists its RTMP outputs by meeting only.
LISTED = [way for way in WAYS if way != "cloudflare over RTMP"]
ONE = pytest.mark.parametrize("backend", ["livekit"], indirect=True)
THEIRS = {"cloudflare": "started", "getstream": "broadcast_started", "livekit": "streamed"}


@pytest.fixture(params=LISTED)
def backend(request, account, sandbox, sandbox_url):
    return Backend(request.param, account, sandbox, sandbox_url)


def over_here():
    """The livestream counts as over, and its last look is done: it runs at its provider unseen."""
    past = Now() - timedelta(minutes=5)
    MediaStream.objects.update(status="stopped", outcome="stopped", stop_requested_at=past, stopped_at=past)
    Livestream.objects.update(is_active=False, status="OFFLINE")
    StreamStep.objects.update(state="done", due_at=None, settled_at=past)


def go_round(backend):
    found = reconcile(backend.connection)
    drain(StreamStep)
    return found


def test_a_livestream_that_runs_after_its_end_is_stopped_and_told_once(backend, sandbox):
    start_livestream(backend.meeting, WANTED)
    room = MediaStream.objects.get().parent_id
    if backend.provider == "getstream":
        sandbox.trigger(room, "joined", identity="anna")
    over_here()

    assert go_round(backend)["broadcasts_over_here"] == 1
    backend.until(lambda: backend.running() == backend.before)
    assert go_round(backend)["broadcasts_over_here"] == 0
    told = Event.objects.filter(type="livestream.still_live")
    assert (told.count(), MediaStream.objects.get().status) == (1, "stopped")


def test_a_livestream_that_runs_here_too_is_left_alone(backend, sandbox):
    start_livestream(backend.meeting, WANTED)
    assert go_round(backend).get("broadcasts_over_here") == 0
    assert (backend.running(), MediaStream.objects.get().status) == (backend.before + 1, "live")


def test_what_somebody_else_broadcasts_is_left_alone(backend, sandbox):
    start_livestream(backend.meeting, WANTED)
    stream = stop_livestream(backend.meeting, "key:test")
    backend.until(lambda: backend.running() == backend.before)
    StreamStep.objects.update(state="done", due_at=None, settled_at=Now())
    MediaStream.objects.update(stopped_at=Now() - timedelta(minutes=5), status="stopped")
    if backend.provider == "getstream":
        sandbox.trigger(stream.parent_id, "joined", identity="anna")
    sandbox.trigger(stream.parent_id, THEIRS[backend.provider], name="theirs")
    assert go_round(backend)["broadcasts_over_here"] == 0
    assert backend.running() == backend.before + 1
    sandbox.trigger(stream.parent_id, ENDS[backend.provider])


@ONE
@pytest.mark.parametrize("id", ["S1", "S2"])
def test_a_provider_without_names_is_believed_by_id(backend, id):
    start_livestream(backend.meeting, WANTED)
    over_here()
    MediaStream.objects.update(provider_stream_id="S1")
    listed = [{"id": id, "name": ""}, {"id": "S1", "name": "theirs"}]
    assert stop_orphans(backend.connection, listed)["broadcasts_over_here"] == int(id == "S1")


@ONE
def test_an_id_that_runs_again_here_is_no_orphan(backend):
    """Where a room keeps one id over several runs."""
    start_livestream(backend.meeting, WANTED)
    over_here()
    start_livestream(backend.meeting, WANTED)
    MediaStream.objects.update(provider_stream_id="S1")
    assert stop_orphans(backend.connection, [{"id": "S1", "name": ""}])["broadcasts_over_here"] == 0


@ONE
def test_only_connections_with_livestreams_are_asked(backend):
    assert broadcasting(Reconciliation.objects.all()) == set()
    start_livestream(backend.meeting, WANTED)
    assert broadcasting(Reconciliation.objects.all()) == {backend.connection.pk}


def test_a_provider_that_does_not_answer_stops_nothing():
    class Down:
        """Lists nothing."""

        provider = "down"
        start_broadcast = stop_broadcast = broadcasts = broadcast_room = id

        def live_broadcasts(self):
            raise Unavailable("Down.")

    assert running_at(Down()) == {"broadcasts_unanswered": "Down."}
    assert running_at(object()) == {}
