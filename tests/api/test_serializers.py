"""PlainSerializer: one class writes the answer and is its schema."""

from types import SimpleNamespace

import pytest
from rest_framework import serializers

from liveplatform.api.serializers import EnvelopeSerializer, PlainSerializer, plain_fields, writer


class ProviderSerializer(PlainSerializer):
    name = serializers.CharField(source="provider", allow_null=True)


class LegSerializer(PlainSerializer):
    number = serializers.CharField()


class CallSerializer(PlainSerializer):
    id = serializers.UUIDField(source="pk")
    event = serializers.CharField(source="event.kind")
    title = serializers.CharField()
    note = serializers.CharField(allow_null=True)
    cost = serializers.IntegerField(allow_null=True)
    shout = serializers.CharField()
    provider = ProviderSerializer(source="*")
    live = LegSerializer(allow_null=True)
    legs = LegSerializer(many=True)

    @staticmethod
    def get_shout(row: SimpleNamespace) -> str:
        return str(row.title).upper()


class PageSerializer(EnvelopeSerializer):
    next_cursor = serializers.CharField(allow_null=True)
    calls = CallSerializer(many=True)


@pytest.fixture
def row() -> SimpleNamespace:
    leg = SimpleNamespace(number="+1")
    kind = SimpleNamespace(kind="ended")
    return SimpleNamespace(
        pk=7, event=kind, title="", note="", cost=0, provider="twilio", live=None, legs=[leg, leg]
    )


def test_a_row_is_written_field_by_field_in_the_declared_order(row):
    written = CallSerializer.write(row)
    assert written == {
        "id": 7,
        "event": "ended",
        "title": "",
        "note": None,
        "cost": 0,
        "shout": "",
        "provider": {"name": "twilio"},
        "live": None,
        "legs": [{"number": "+1"}, {"number": "+1"}],
    }
    assert list(written) == [field.name for field in plain_fields(CallSerializer)]


def test_drfs_own_interface_answers_the_same(row):
    assert CallSerializer(row).data == CallSerializer.write(row)
    assert CallSerializer([row, row], many=True).data == [CallSerializer.write(row)] * 2


def test_a_partial_writer_reads_the_named_fields_alone():
    assert writer(CallSerializer, ("title", "shout"))(SimpleNamespace(title="a")) == {
        "title": "a",
        "shout": "A",
    }


def test_an_envelope_knows_which_field_holds_its_rows():
    assert PageSerializer.rows_field() == "calls"
