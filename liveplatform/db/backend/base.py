"""Health check of a kept connection without a round trip."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's PostgreSQL connection; `is_usable` asks the server only if the socket has data to read.

    An idle connection has none. One that is readable was closed or has a notice: Django's own check runs.
    """

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0) or super().is_usable()
