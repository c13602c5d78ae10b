"""PostgreSQL and Redis from Python wheels, used when no URL is configured.

They listen on Unix sockets whose paths follow from the data directory: no port is taken, and two checkouts
never share a server. `ensure` starts what is not running. The servers outlive the process that started them,
until `stop`, and start again after any crash.
"""

from liveplatform.embedded.data_dir import data_dir
from liveplatform.embedded.dev_secrets import secret
from liveplatform.embedded.postgres import start_postgres, stop_postgres
from liveplatform.embedded.servers import ensure, stop
from liveplatform.embedded.sockets import database_url, django_database, redis_url
from liveplatform.embedded.up_settings import UpSettings, record_up_settings, up_settings
from liveplatform.embedded.valkey import redis_pid, start_redis, stop_redis

__all__ = [
    "UpSettings",
    "data_dir",
    "database_url",
    "django_database",
    "ensure",
    "record_up_settings",
    "redis_pid",
    "redis_url",
    "secret",
    "start_postgres",
    "start_redis",
    "stop",
    "stop_postgres",
    "stop_redis",
    "up_settings",
]
