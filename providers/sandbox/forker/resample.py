"""Other sample rates: interpolated upwards, averaged downwards, second by second."""

from array import array
from collections.abc import Iterator
from itertools import accumulate

from providers.sandbox.forker.codec import Samples


def resample(samples: Samples, rate: int, new_rate: int) -> Samples:
    """The same audio at `new_rate`; good enough for speech, and no filter of a studio."""
    if rate == new_rate:
        return samples
    convert = _interpolated if new_rate > rate else _averaged
    converted = array("h")
    for start in range(0, len(samples), rate):
        # Rates are whole numbers, so a second of one is a second of the other: no drift adds up.
        block = samples[start : start + rate]
        after = samples[start + rate] if start + rate < len(samples) else block[-1]
        converted.extend(convert(block, after, len(block) * new_rate // rate, rate / new_rate))
    return converted


def _interpolated(block: Samples, after: int, count: int, step: float) -> Iterator[int]:
    following = block[1:]
    following.append(after)
    for index in range(count):
        whole = int(position := index * step)
        yield round(block[whole] + (following[whole] - block[whole]) * (position - whole))


def _averaged(block: Samples, after: int, count: int, step: float) -> Iterator[int]:
    """The mean of the samples that each new one stands for, which keeps high tones from folding down."""
    sums = list(accumulate(block, initial=0))
    edges = [min(round(index * step), len(block)) for index in range(count + 1)]
    for start, end in zip(edges, edges[1:], strict=False):
        yield (sums[end] - sums[start]) // (end - start)
