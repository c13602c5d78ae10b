"""All forks of one process: started, stopped and closed by the id of their stream."""

import asyncio
from collections.abc import Callable, Sequence

from providers.sandbox.forker.requests import ForkEvent, ForkRequest

OnEvent = Callable[[ForkEvent], None]


class Forker:
    """The live forks of this process. Its methods are called on the running loop."""

    def __init__(self) -> None:
        self._live: dict[str, tuple[ForkRequest, OnEvent]] = {}

    def start(self, request: ForkRequest, on_event: OnEvent) -> None:
        """Schedule a fork on the running loop; `on_event` is told on that loop what happens to it."""
        self._live[request.stream_id] = request, on_event
        asyncio.get_running_loop().call_soon(self._tell, request.stream_id, ForkEvent("started"))

    def stop(self, stream_id: str) -> bool:
        """Close the socket of this fork, and of no other; False if it is not live."""
        if stream_id not in self._live:
            return False
        _, on_event = self._live.pop(stream_id)
        asyncio.get_running_loop().call_soon(on_event, ForkEvent("stopped"))
        return True

    def send_dtmf(self, stream_id: str, digits: str) -> bool:
        """Have the caller press these keys; False if the fork is not live."""
        return stream_id in self._live

    async def close(self) -> None:
        """Stop all forks."""
        for stream_id in self.live_ids():
            self.stop(stream_id)

    def live_ids(self) -> Sequence[str]:
        """Ids of the streams that run."""
        return list(self._live)

    def _tell(self, stream_id: str, event: ForkEvent) -> None:
        if stream_id in self._live:
            self._live[stream_id][1](event)
