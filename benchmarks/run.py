"""All benchmarks with their baselines in one run: `make bench`.

On a shared machine quote ratios of one run, not absolute figures.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    audio_forks,
    deliveries,
    end_call,
    growth,
    lists,
    many_ends,
    processing,
    registrations,
    sentiment,
    sessions,
    stop_stream,
    streams,
)
from liveplatform.dev.stack import LocalStack
from tests.support.client import NO_RATE_LIMITS, Customer

SETTINGS = NO_RATE_LIMITS | {"LOG_LEVEL": "CRITICAL", "TRANSCRIPT_WINDOW": "600"}
LISTS = {"runs": lists.RUNS, "only": "", "all": False, "plans": False, "keep": None}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--calls", type=int, default=4000, help="calls in each measurement")
    parser.add_argument(
        "--rows", type=int, default=lists.ROWS, help="calls in the account of the list benchmark"
    )
    options = parser.parse_args()
    console = Console(width=140)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        Path(folder).chmod(0o711)
        with LocalStack(Path(folder), SETTINGS) as local:
            local.prepare()
            local.start("sandbox", "receiver", "web")
            local.wait_ready()
            customer = Customer(local, "bench")
            show(console, "ending a call", end_call.bench(local, customer, options.calls))
            show(console, "stopping a stream", stop_stream.bench(local, customer, options.calls // 4))
            show(console, "post-processing", processing.bench(local, customer, options.calls // 4))
            show(console, "webhooks", deliveries.bench(local, customer, options.calls))
            show(console, "bulk end", many_ends.bench(local, customer, options.calls * 5 // 2))
            show(console, "registering", registrations.bench(local, customer, options.calls))
            show(console, "growth", growth.bench(local, customer, options.calls, options.rows // 2))
    show(console, "audio streams", audio_forks.bench())
    lists.run(argparse.Namespace(**LISTS, rows=options.rows))
    sessions.run(sessions=options.rows // 4, registrations=options.rows * 5 // 2)
    streams.run(streams=options.rows * 5 // 2)
    return sentiment.main()


def show(console: Console, title: str, rows: list[tuple[str, str, str]]) -> None:
    table = Table("measurement", "figure", "comparison", title=title)
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
