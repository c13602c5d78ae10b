"""An operation as JSON."""

import json
import uuid

from liveplatform.webhooks.models import Event
from tests.support.bulk import bulk_end, finish


def test_of_many_ids_the_first_and_their_number_are_shown(api, live_calls):
    ids = [str(uuid.uuid4()) for _ in range(30)] + [str(live_calls[0].pk)]
    begun = bulk_end(api, {"ids": ids})
    assert finish(api, begun)["ended"] == 1, "all of them are kept"
    shown = begun.json(), *api("GET", "/v1/operations").json()["operations"]
    event = json.loads(Event.objects.get(type="operation.finished").body)["data"]["operation"]
    for each in (*shown, event):
        assert (each["ids"], each["filter"]) == (31, {"id": {"in": ids[:20]}})
    assert bulk_end(api, {"filter": {"is_test": True}}).json()["ids"] is None
