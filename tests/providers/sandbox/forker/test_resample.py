import math
from array import array

import pytest

from providers.sandbox.forker.resample import resample


def tone(rate, hertz, seconds=1.0):
    return array(
        "h", (round(10_000 * math.sin(2 * math.pi * hertz * i / rate)) for i in range(int(rate * seconds)))
    )


def crossings(samples):
    return sum(a < 0 <= b for a, b in zip(samples, samples[1:], strict=False))


@pytest.mark.parametrize(
    ("rate", "new"), [(8000, 16000), (16000, 8000), (44100, 8000), (11025, 16000), (48000, 8000)]
)
def test_a_tone_stays_that_tone(rate, new):
    converted = resample(tone(rate, 400), rate, new)
    assert len(converted) == new
    assert abs(crossings(converted) - 400) <= 2
    assert 8500 < max(converted) <= 10_000


def test_the_same_rate_changes_nothing():
    samples = tone(8000, 300)
    assert resample(samples, 8000, 8000) is samples


def test_length_does_not_drift():
    assert len(resample(tone(44100, 300, 5), 44100, 16000)) == 5 * 16000


def test_a_tone_too_high_for_the_new_rate_is_quieter():
    assert max(resample(tone(48000, 7000), 48000, 8000)) < 4000
