"""Streams of a live call, at a provider whose answers the test decides."""

import pytest
from django.db.models.functions import Now

from calls.models import MediaStream, StreamStep
from calls.streams.start import StreamPlan, start_stream
from tests.support.draining import drain
from tests.support.factories import phone_call
from tests.support.forks import forks, unlisted

__all__ = ["forks", "unlisted"]


class Fork:
    """One call, and streams of it."""

    def __init__(self, account):
        self.account, self.call = account, phone_call(account)

    def plan(self, **fields):
        url = {"service_url": "wss://bot.example/ws"} | fields.pop("parameters", {})
        return StreamPlan(
            account_id=self.account.pk,
            kind=MediaStream.Kind.AUDIO,
            connection=self.call.connection,
            parent_id=self.call.provider_call_id,
            call=self.call,
            actor="key:test",
            parameters=url,
            **fields,
        )

    def start(self, **fields) -> MediaStream:
        return start_stream(self.plan(**fields))

    def step(self, stream, kind="stop") -> StreamStep:
        return StreamStep.objects.get(stream=stream, kind=kind)

    def make_due(self, stream, *kinds) -> None:
        """Due now, and carried out as by a worker."""
        for kind in kinds:
            StreamStep.objects.filter(stream=stream, kind=kind, state="pending").update(due_at=Now())
            drain(StreamStep)
        stream.refresh_from_db()


@pytest.fixture
def fork(account, forks) -> Fork:
    return Fork(account)
