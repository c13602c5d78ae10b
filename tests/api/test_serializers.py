"""Fields, strict input, and PlainSerializer: one class writes the answer and is its schema."""

from types import SimpleNamespace
from urllib.parse import quote

import pytest
from rest_framework import serializers

from liveplatform.api.serializers import EnvelopeSerializer, PlainSerializer, plain_fields
from tests.support.factories import phone_call


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


def test_fields_that_the_row_does_not_hold_are_given(row):
    legs = [SimpleNamespace(number="+2")]
    written = CallSerializer.write_fields(row, legs=legs, note="", shout="!")
    assert written == CallSerializer.write(row) | {"legs": [{"number": "+2"}], "shout": "!"}
    assert list(written) == [field.name for field in plain_fields(CallSerializer)]
    assert LegSerializer.write_fields(number="+3") == {"number": "+3"}


@pytest.mark.parametrize(
    ("given", "error"), [({}, AttributeError), ({"number": "+3", "colour": "red"}, TypeError)]
)
def test_a_field_that_lacks_or_is_none_is_an_error(given, error):
    with pytest.raises(error):
        LegSerializer.write_fields(**given)


def test_an_envelope_knows_which_field_holds_its_rows():
    assert PageSerializer.rows_field() == "calls"


def test_the_platform_names_each_invalid_field(api):
    answer = api("POST", "/v1/api-keys", {"name": "x" * 101, "scopes": ["all"], "nmae": "x"})
    assert answer.status_code == 400
    assert answer.json()["error"] == "validation_error"
    assert answer.json()["fields"] == {"nmae": ["There is no such field."]}
    answer = api("POST", "/v1/api-keys", {"name": "x" * 101, "scopes": ["all"]})
    assert set(answer.json()["fields"]) == {"name", "scopes"}
    assert answer.json()["message"].startswith("name: ")


GOOD = {"host_user_id": "h", "title": "t"}
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


SOON = "2031-01-02T10:00:00Z"


NO_IDS = [1, 10**37, True, None, ["0" * 32], "1" * 31 + "_1", "1" * 33, ("1" * 32).translate(ARABIC)]


@pytest.mark.parametrize("given", NO_IDS)
def test_only_the_text_of_a_uuid_is_an_id(api, given):
    strictly = {"Prefer": "handling=strict"}
    assert api("POST", "/calls/end", {"call_id": given}, **strictly).status_code == 400
    assert api("POST", "/v1/calls/bulk-end", {"ids": [given]}).status_code == 400
    for operator in ({"eq": given}, {"in": [given]}):
        wanted = {"filter": {"id": operator}, "dry_run": True}
        assert api("POST", "/v1/calls/bulk-end", wanted).status_code == 400, operator


@pytest.mark.parametrize("spelling", [str, str.upper, lambda text: text.replace("-", "")])
def test_ids_are_accepted_with_and_without_dashes(api, spelling):
    call = phone_call(api.account, provider_call_id="")
    body = {"call_id": spelling(str(call.pk))}
    assert api("POST", "/calls/end", body).json()["data"]["id"] == str(call.pk)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/live/calls", GOOD | {"scheduled_at": SOON}),
        ("POST", "/v1/api-keys", {"scopes": ["read:live"], "expires_at": SOON}),
        ("GET", f"/v1/calls?created_at[lt]={SOON}", None),
        ("GET", "/v1/calls?created_at[lt]=7d", None),
        ("GET", "/v1/calls?duration=61", None),
        ("GET", "/calls/query?start_date=2031-01-02", None),
    ],
)
def test_digits_of_other_scripts_are_refused(api, method, path, body):
    arabic = {k: text.translate(ARABIC) if text == SOON else text for k, text in (body or {}).items()}
    route, _, query = path.partition("?")
    name, _, value = query.partition("=")
    foreign = f"{route}?{name}={quote(value.translate(ARABIC))}" if query else path
    assert api(method, path, body).status_code != 400
    assert api(method, foreign, arabic or None).status_code == 400
