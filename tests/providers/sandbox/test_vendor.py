"""What all vendors' APIs share."""

from providers.sandbox import vendor


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(vendor, "MAX_RESOURCES", 3)
    store: dict = {}
    for name in "abcde":
        vendor.store_bounded(store, name, {})
    assert list(store) == ["c", "d", "e"]


def test_a_body_that_is_no_json_object_is_empty():
    assert vendor.json_object(b'{"a": 1}') == {"a": 1}
    assert [vendor.json_object(body) for body in (b"", b"[]", b"{", b"\xff")] == [{}] * 4
