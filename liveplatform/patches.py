"""Patches of other packages' private code; tests/test_patches.py fails when a package changes under one.

Private parts that are used elsewhere, without replacing anything:

- urllib3: `HTTPConnection._new_conn` (providers/sockets.py), to check each address and to keep the deadline
- aiohttp: `TCPConnector._wrap_create_connection` (egress/http.py), to check the peer of each connection
- Django: `Model._state.fields_cache` (work/settle.py), to copy related objects from row to row
- Django: `connection.queries_log` (db/prepared.py), so that tests count prepared statements
- Django: `Query.alias_map` and `BaseTable.as_sql` (SubqueryTable in calls/filters/sql.py)
- Django: `DatabaseWrapper.is_usable` (db/backend), to check a kept connection without a round trip
- REST framework: `Request._request` (api/idempotency.py, calls/provider_events/views.py), for the raw body
"""

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
