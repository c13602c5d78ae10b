"""The embedded Redis: a frozen one can be stopped, one without its socket is replaced."""

import os
import signal

from liveplatform import embedded
from liveplatform.embedded import sockets
from liveplatform.embedded.valkey import redis_is_up
from tests.support.servers import is_gone, redis_of, sql


def test_servers_whose_sockets_were_deleted_are_replaced(var):
    embedded.ensure(var, durable=False)
    lost = embedded.redis_pid(var)
    sockets.postgres_socket(var).unlink()
    sockets.redis_socket(var).unlink()

    embedded.ensure(var, durable=False)

    assert sql(var, "SELECT 1") == "1"
    assert redis_of(var).ping()
    assert is_gone(lost), "the unreachable Redis has ended"


def test_a_frozen_redis_is_not_replaced_and_can_be_stopped(var):
    embedded.ensure(var, postgres=False)
    pid = embedded.redis_pid(var)
    os.kill(pid, signal.SIGSTOP)

    embedded.ensure(var, postgres=False)
    assert embedded.redis_pid(var) == pid

    embedded.stop(var)
    assert is_gone(pid)


def test_it_writes_nothing_to_disk(var):
    embedded.ensure(var, postgres=False)
    redis_of(var).set("key", "value")
    embedded.stop(var, postgres=False)
    assert not redis_is_up(var)
    assert not list((var / "redis").glob("*.rdb")) and not list((var / "redis").glob("*.aof"))
