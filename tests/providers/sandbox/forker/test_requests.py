from providers.sandbox.forker import ForkRequest

REQUEST = ForkRequest("vobiz", "s", "c", "a", "ws://localhost", sample_rate=16000, encoding="x-l16")


def test_a_frame_is_of_20_ms():
    assert REQUEST.frame_samples == 320


def test_both_is_inbound_and_outbound():
    assert REQUEST.tracks == ("inbound",)
    assert ForkRequest("vobiz", "s", "c", "a", "ws://localhost", track="both").tracks == (
        "inbound",
        "outbound",
    )
