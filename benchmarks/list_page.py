"""A page of 50 calls, compared with DRF's CursorPagination and a ModelSerializer."""

import json
import statistics
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from benchmarks.minimal.serving import serving
from liveplatform.dev.stack import LocalStack

RUNS = 300
PAGE = "/v1/live/calls?limit=50"


def compare_page(local: LocalStack, account_id: str, key: str) -> str:
    """One request at a time over one connection; the first 20 are not counted."""
    ours = _timed(local.url, PAGE, {"Authorization": f"Bearer {key}"}, "calls")
    with serving(local) as url:
        theirs = _timed(url, f"/calls?account={account_id}", {}, "results")
    ratio = statistics.median(theirs) / statistics.median(ours)
    return (
        f"a page of 50: p50 {statistics.median(ours):.1f} ms; DRF CursorPagination + ModelSerializer over the same "
        f"rows: {statistics.median(theirs):.1f} ms; {ratio:.1f} × (aim ≥ 2 ×)"
    )


def _timed(base: str, path: str, headers: dict[str, str], name: str) -> list[float]:
    parts = urlsplit(base)
    http = HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    times = []
    for number in range(RUNS + 20):
        began = time.perf_counter()
        http.request("GET", path, headers=headers)
        body = http.getresponse().read()
        times.append((time.perf_counter() - began) * 1000)
        if not number and len(json.loads(body)[name]) != 50:
            raise SystemExit(f"not a page of 50 calls: {body[:200]!r}")
    return times[20:]
