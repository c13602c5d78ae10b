"""Real PostgreSQL and Redis out of wheels, for when no URL is configured.

Their addresses are known without starting anything, no port is taken, and two checkouts never meet.
`ensure` starts what is not running; whoever comes later finds it. The servers outlive their starter
until `stop`, and come up again after anything, a kill -9 of everything included.
"""

from liveplatform.embedded.dev_secrets import secret
from liveplatform.embedded.postgres import start_postgres, stop_postgres
from liveplatform.embedded.servers import ensure, stop
from liveplatform.embedded.sockets import database_url, django_database, redis_url
from liveplatform.embedded.valkey import redis_pid, start_redis, stop_redis

__all__ = [
    "database_url",
    "django_database",
    "ensure",
    "redis_pid",
    "redis_url",
    "secret",
    "start_postgres",
    "start_redis",
    "stop",
    "stop_postgres",
    "stop_redis",
]
