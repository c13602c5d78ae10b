"""JSONRenderer: times, UUIDs and decimals as JSON has them."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from liveplatform.api.renderers import JSONRenderer


def test_values_are_written_as_json_has_them():
    data = {
        "id": UUID(int=7),
        "at": datetime(2026, 1, 2, 3, 4, 5, 6000, tzinfo=UTC),
        "cost": Decimal("-0.0075"),
        "none": None,
    }
    assert JSONRenderer().render(data) == (
        b'{"id":"00000000-0000-0000-0000-000000000007","at":"2026-01-02T03:04:05.006000Z",'
        b'"cost":-0.0075,"none":null}'
    )


def test_no_data_is_no_body():
    assert JSONRenderer().render(None) == b""
