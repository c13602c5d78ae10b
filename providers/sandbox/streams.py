"""The audio streams of one vendor's calls: each is a fork, and over when that or its call ends."""

import time
from collections.abc import Callable
from typing import Any

from providers.sandbox.forker import ForkEvent, ForkRequest
from providers.sandbox.vendor import Vendor, store_bounded

# Names of a "stopped" event: by the vendor's API, or by the end of the call.
BY_API, BY_CALL = "api", "call"
Row = dict[str, Any]


class CallStreams:
    """Rows by the vendor's id of the stream; `told` writes the vendor's callback about what happened to one.

    Internal fields: _live, _call, _began and _ended (Unix seconds), beside those of the vendor.
    """

    def __init__(self, vendor: Vendor, told: Callable[[Row, ForkEvent], None]) -> None:
        self.sandbox, self._told = vendor.sandbox, told
        self.rows: dict[str, Row] = vendor.sandbox.store.setdefault(f"{vendor.name}_streams", {})

    def start(self, row: Row, request: ForkRequest) -> Row:
        """Fork the audio, and keep the row. Raises ValueError for an address that no socket has."""

        def told(event: ForkEvent) -> None:
            self.happened(request.stream_id, event)

        self.sandbox.forker.start(request, told)
        row |= {"_live": True, "_call": request.call_id, "_began": time.time(), "_ended": None}
        store_bounded(self.rows, request.stream_id, row)
        return row

    def stop(self, stream_id: str) -> bool:
        """False if it does not run."""
        return self._end(stream_id, ForkEvent("stopped", BY_API))

    def end_with_call(self, call_id: str) -> None:
        for stream_id in [id for id, row in self.rows.items() if row["_live"] and row["_call"] == call_id]:
            self._end(stream_id, ForkEvent("stopped", BY_CALL))

    def happened(self, stream_id: str, event: ForkEvent) -> bool:
        """Something happened to a stream; False if it does not run."""
        if event.kind in ("stopped", "dropped"):
            return self._end(stream_id, event)
        row = self.rows.get(stream_id)
        if row is None or not row["_live"]:
            return False
        self._told(row, event)
        return True

    def make_happen(self, stream_id: str, what: str) -> bool:
        """The control API: the connection is lost (dropped) or bad, or its time limit is reached."""
        event = ForkEvent(what, "timeout" if what == "stopped" else "")  # type: ignore[arg-type]
        return self.happened(stream_id, event)

    def of(self, call_id: str) -> list[Row]:
        """Those of one call, newest first, the ones that are over too."""
        return [row for row in self.rows.values() if row["_call"] == call_id][::-1]

    def live_ids(self) -> list[str]:
        return [id for id, row in self.rows.items() if row["_live"]]

    def _end(self, stream_id: str, event: ForkEvent) -> bool:
        row = self.rows.get(stream_id)
        if row is None or not row["_live"]:
            return False
        row["_live"], row["_ended"] = False, time.time()
        self.sandbox.forker.stop(stream_id)
        self._told(row, event)
        return True
