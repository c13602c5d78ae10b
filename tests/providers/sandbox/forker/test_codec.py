from array import array

from providers.sandbox.forker.codec import PLAYED_ORDER, SENT_ORDER, decode, encode, silence

CODES = bytes(range(256))


def test_mu_law_comes_back_as_it_went():
    samples = decode(CODES, "x-mulaw", "little")
    again = encode(samples, "x-mulaw", "little")
    assert again == CODES.replace(b"\x7f", b"\xff"), "there are two codes of zero"
    assert (max(samples), min(samples)) == (32124, -32124)


def test_mu_law_is_that_of_g_711():
    known = {0: 0xFF, 100: 0xF2, -100: 0x72, 1000: 0xCE, -1000: 0x4E, 32767: 0x80, -32768: 0x00}
    assert encode(array("h", known), "x-mulaw", "big") == bytes(known.values())


def test_mu_law_is_near_its_sample():
    samples = array("h", range(-32000, 32000, 7))
    again = decode(encode(samples, "x-mulaw", "little"), "x-mulaw", "little")
    assert all(abs(a - b) <= max(abs(a) // 16, 8) for a, b in zip(samples, again, strict=True))


def test_l16_has_the_order_that_is_asked_for():
    samples = array("h", [1, -2])
    assert encode(samples, "x-l16", "big") == b"\x00\x01\xff\xfe"
    assert encode(samples, "x-l16", "little") == b"\x01\x00\xfe\xff"
    assert decode(b"\x00\x01\xff\xfe\x00", "x-l16", "big") == samples, "half a sample at the end is dropped"


def test_vobiz_sends_network_order_and_takes_the_other():
    assert (SENT_ORDER["vobiz"], PLAYED_ORDER["vobiz"]) == ("big", "little")


def test_silence_is_silent():
    for encoding in ("x-mulaw", "x-l16"):
        assert decode(silence(encoding, 160), encoding, "big") == array("h", [0] * 160)
