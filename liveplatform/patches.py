"""Patches of other packages' private code; tests/test_patches.py fails when a package changes under one."""

from typing import Any

import structlog
from kombu.transport import redis

log = structlog.get_logger(__name__)


class TolerantQoS(redis.QoS):
    """kombu.transport.redis.QoS whose cleanup survives a lost connection.

    As a channel closes, kombu puts unacknowledged messages back into Redis. If it closes because Redis is
    gone, that raises AttributeError (kombu 5.7) and ends the worker. The messages are doorbell rings; the
    sweep finds the rows without them.
    """

    def restore_unacked_once(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - passed on
        try:
            super().restore_unacked_once(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - whatever a lost connection leads to
            log.warning("doorbell_restore_failed", error=type(error).__name__)


def apply_kombu() -> None:
    """Make every Redis channel use TolerantQoS."""
    redis.Channel.QoS = TolerantQoS
