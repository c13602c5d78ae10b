"""Batches: every matching call once, in order, however small the batches are."""

import pytest

from calls.filters import CallFilter, batches


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("given", [{}, {"direction": "inbound"}, {"search": "refund"}], ids=str)
def test_all_matching_calls_come_once_and_in_order(account, calls, monkeypatch, given, descending):
    monkeypatch.setattr(batches, "BATCH_SIZE", 40)
    filters = CallFilter.from_json(given)
    found = list(batches.batches(filters, account.pk, ("pk",), descending=descending))
    sign = "-" if descending else ""
    meant = filters.queryset(account.pk).order_by(f"{sign}created_at", f"{sign}id")
    assert [pk for batch in found for (pk,) in batch] == list(meant.values_list("pk", flat=True))
    assert len(found) >= len(calls) // 40, "each batch reads 40 calls, whether they match or not"
