"""What the webhooks API accepts and shows."""

from uuid import UUID

import pytest
from rest_framework.exceptions import ValidationError

from liveplatform.webhooks.api.serializers import DeliverySerializer, EventIdField, PageQuery
from liveplatform.webhooks.models import Delivery, Endpoint, Event

ID = UUID("01a1fc0a-b396-75ee-a518-ed4619cc3887")


@pytest.mark.parametrize("text", [f"evt_{ID.hex}", ID.hex, str(ID)])
def test_an_event_id_with_or_without_its_prefix(text):
    assert EventIdField().to_internal_value(text) == ID


@pytest.mark.parametrize("text", ["", "evt_", "evt_7", f"whsec_{ID.hex}", 7])
def test_other_texts_are_no_event_ids(text):
    with pytest.raises(ValidationError):
        EventIdField().to_internal_value(text)


def test_an_unknown_parameter_is_refused_by_name():
    query = PageQuery(data={"colour": "blue"})
    assert not query.is_valid()
    assert list(query.errors) == ["colour"]


@pytest.mark.parametrize(("state", "shown"), [("pending", "soon"), ("running", None), ("failed", None)])
def test_only_a_pending_delivery_has_a_next_attempt(state, shown):
    event = Event(id=ID, type="call.ended", subject_id=ID, sequence=1)
    delivery = Delivery(event=event, endpoint=Endpoint(), state=state, due_at="soon", attempts=1)
    written = DeliverySerializer.write(delivery)
    assert written["next_attempt_at"] == shown
    assert (written["event_id"], written["subject"], written["error"]) == (f"evt_{ID.hex}", ID, None)
