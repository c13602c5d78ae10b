"""The events of livestreams fit their schema."""

import json

from liveplatform.webhooks.models import Event
from sessions_app.livestreams.event_types import EVENT_TYPES, RUN
from sessions_app.livestreams.representation import LivestreamRunSerializer
from sessions_app.livestreams.start import Wanted, start_livestream


def test_the_examples_have_the_fields_of_the_events(meeting, studio):
    start_livestream(meeting, Wanted("key:test"))
    event = Event.objects.get(type="livestream.started")
    data = json.loads(event.body)["data"]
    assert data["livestream"].keys() == RUN.keys() == LivestreamRunSerializer().fields.keys()
    assert (data["livestream"]["status"], event.sequence) == ("LIVE", 1)
    assert len({each.name for each in EVENT_TYPES}) == 4
