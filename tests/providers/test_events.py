"""Provider events in one vocabulary: stored and read again, whatever a provider wrote."""

from datetime import UTC, datetime

import pytest

from providers.errors import Rejected
from providers.events import (
    ParticipantStay,
    ProviderEventData,
    RecordingFile,
    StreamNews,
    from_json,
    is_http_url,
    json_body,
    lower_keys,
    non_empty_text,
    signatures_equal,
    to_json,
)

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_event_is_the_same_after_it_was_stored():
    file = RecordingFile("RE1", "https://x.example/a.mp4", started_at=AT, duration=7)
    event = ProviderEventData(
        "k", "recording", "t", "CA1", occurred_at=AT, sequence=0, recording=file, details={"by": "anna"}
    )
    assert from_json(to_json(event)) == event


def test_empty_fields_are_not_stored():
    assert to_json(ProviderEventData("k", "other", "t")) == {
        "dedup_key": "k",
        "kind": "other",
        "type": "t",
        "status": "unknown",
    }


def test_times_and_durations_that_cannot_be_are_dropped():
    event = ProviderEventData(
        "k", "ended", "t", ended_at=AT.replace(year=1970), occurred_at=AT, duration=10**9
    )
    found = from_json(to_json(event))
    assert (found.ended_at, found.occurred_at, found.duration) == (None, AT, None)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"{}", b'{"type": 5}'])
def test_a_body_that_is_no_event_is_malformed(body):
    with pytest.raises(Rejected) as raised:
        json_body("Acme", body, "type")
    assert raised.value.code == "malformed"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/a", True),
        ("http://x.example", True),
        ("ftp://x.example/a", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://x.example/\n", False),
        ("https://[::1", False),
        (None, False),
    ],
)
def test_only_http_urls_are_links(url, expected):
    assert is_http_url(url) is expected


def test_signatures_of_any_characters_are_compared():
    assert (
        signatures_equal("ü", "ü") and not signatures_equal("ü", "u") and not signatures_equal("\ud800", "a")
    )


def test_details_are_texts_that_are_not_empty():
    assert non_empty_text(a="x", b="", c=None, d=5) == {"a": "x"}
    assert lower_keys({"X-Signature": "A"}) == {"x-signature": "A"}


def test_a_participant_is_kept_with_its_times():
    stay = ParticipantStay("anna", "s-1", joined_at=datetime(2026, 11, 21, tzinfo=UTC))
    event = ProviderEventData("k", "other", "t", participant=stay)
    stored = to_json(event)
    assert stored["participant"] == {
        "identity": "anna",
        "stay_id": "s-1",
        "joined_at": "2026-11-21T00:00:00+00:00",
    }
    assert from_json(stored) == event
    stored["participant"]["joined_at"] = "1970-01-01T00:00:00+00:00"
    assert from_json(stored).participant.joined_at is None


def test_news_of_a_stream_are_kept_without_what_is_empty():
    news = StreamNews(status="live", name="n1", is_proven=True)
    event = ProviderEventData(dedup_key="k", kind="stream", type="started", stream=news)
    assert to_json(event)["stream"] == {"status": "live", "name": "n1", "is_proven": True}
    assert from_json(to_json(event)) == event
