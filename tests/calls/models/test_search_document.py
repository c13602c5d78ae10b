"""SearchDocument: maintained by triggers, whoever writes the texts."""

import pytest

from calls.models import Call, SearchDocument, Transcript
from tests.support.factories import phone_call


@pytest.fixture
def call(account) -> Call:
    return phone_call(account, title="", notes="refund promised")


def terms(call) -> str:
    return str(SearchDocument.objects.get(call=call).document)


def test_notes_are_indexed_and_updates_follow(call):
    assert "refund" in terms(call)
    Call.objects.filter(pk=call.pk).update(notes="voucher sent")
    assert "voucher" in terms(call) and "refund" not in terms(call)


def test_transcripts_are_indexed(call):
    Transcript.objects.create(call=call, turns=[{"role": "customer", "text": "elephant"}])
    assert "elephant" in terms(call)


def test_a_deleted_call_has_no_document(call):
    call.delete()
    assert not SearchDocument.objects.filter(call_id=call.pk).exists()
