"""A supply of live phone calls, put into the database and the sandbox in batches.

Placing a call by the API costs many times what ending it does, so a run for many ends places some of its calls by
the API, and takes the others from here.
"""

import contextlib
import queue
import threading
import time
import uuid

import psycopg
import requests

from benchmarks.bench_calls import connect, insert
from tests.support.client import NUMBER, Customer, PlacedCall

BATCH = 50
# Not the one that calls by the API are placed to: legs of lost answers are searched for by their numbers.
CALLEE = "+14155550112"
FOUND = "SELECT provider_call_id, id FROM calls_call WHERE provider_call_id = ANY(%s)"


class Supply:
    """Calls to end, `rate` of them per second; none at a rate of 0."""

    def __init__(self, customer: Customer, rate: float) -> None:
        self.rate, self.legs = rate, set[str]()
        self._customer, self._began = customer, time.monotonic()
        self._ready: queue.Queue[PlacedCall] = queue.Queue()

    def take(self) -> PlacedCall:
        """Raises queue.Empty if none is left for the moment."""
        return self._ready.get(timeout=0.5)

    @property
    def is_low(self) -> bool:
        """A batch is due by the rate, and few calls are left."""
        due = (time.monotonic() - self._began) * self.rate > len(self.legs)
        return due and self._ready.qsize() < BATCH

    def add(self, stopped: threading.Event) -> None:
        """Add a batch, however often PostgreSQL fails meanwhile."""
        customer = self._customer
        try:
            sids = customer.sandbox.place_calls(f"AC{customer.account_id}", BATCH, to=CALLEE, from_=NUMBER)
        except requests.RequestException:
            return
        ids: dict[str, uuid.UUID] = {}
        while not ids and not stopped.is_set():
            with contextlib.suppress(psycopg.Error):
                ids = self._inserted(sids)
        self.legs |= set(sids)
        for sid, id_ in ids.items():
            self._ready.put(PlacedCall(customer, str(id_), sid, "end_call"))

    def _inserted(self, sids: list[str]) -> dict[str, uuid.UUID]:
        """Their calls' ids. The answer to an INSERT may have been lost, so they are looked for before."""
        var = self._customer.local.var
        with connect(var) as database:
            if found := dict(database.execute(FOUND, (sids,)).fetchall()):
                return found
        ids = insert(var, self._customer.account_id, sids, [""] * len(sids), transcripts=False)
        return dict(zip(sids, ids, strict=True))
