"""The registry: adapters by name, and what each connection must hold."""

import pytest

from providers.errors import NotConfigured, NotSupported
from providers.events import ReadsEvents
from providers.registry import CREDENTIALS, PROVIDERS, ROOM_PROVIDERS, build_adapter, room_provider_labels


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_adapter_goes_by_its_name_and_needs_all_of_its_credentials(name):
    given = dict.fromkeys(CREDENTIALS[name].required, "x")
    assert build_adapter(name, given, base_url="http://127.0.0.1:9").provider == name
    for missing in given:
        with pytest.raises(NotConfigured, match=missing):
            build_adapter(name, given | {missing: ""})


def test_a_company_without_an_adapter_is_not_supported():
    with pytest.raises(NotSupported):
        build_adapter("unheard-of", {})


def test_rooms_are_offered_by_those_that_can_open_one_in_order_of_preference():
    assert ROOM_PROVIDERS == ("getstream", "livekit")
    assert room_provider_labels() == ["GetStream Video", "LiveKit"]


def test_who_sends_events_names_the_headers_to_keep_and_no_credential():
    adapters = {
        name: build_adapter(
            name, dict.fromkeys(each.credentials.required, "x"), base_url="http://127.0.0.1:9"
        )
        for name, each in PROVIDERS.items()
    }
    kept = {name: each.kept_headers for name, each in adapters.items() if isinstance(each, ReadsEvents)}
    assert set(kept) == {"twilio", "getstream", "livekit", "cloudflare", "vobiz", "plivo"}
    assert all(name == name.lower() and name != "authorization" for names in kept.values() for name in names)
