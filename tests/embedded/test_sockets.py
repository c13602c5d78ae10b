"""Sockets: short paths for any data directory, closed to other users; Django's settings for a URL."""

import os

import psutil
import pytest

from liveplatform import embedded
from liveplatform.embedded import sockets
from tests.support.servers import pids, redis_of, sql

AS_ROOT = os.geteuid() == 0


def test_a_data_directory_may_have_a_very_long_path_with_spaces(place):
    var = place / ("a long name " * 10) / ("b" * 200) / "var"
    try:
        embedded.ensure(var, durable=False)
        assert sql(var, "SELECT 1") == "1"
        assert redis_of(var).ping()
    finally:
        embedded.stop(var)


def test_other_users_cannot_connect_and_no_port_is_opened(var):
    embedded.ensure(var, durable=False)

    assert sockets.postgres_socket(var).parent.stat().st_mode & 0o077 == 0
    assert sockets.postgres_socket(var).stat().st_mode & 0o077 == 0
    assert sockets.redis_socket(var).stat().st_mode & 0o077 == 0
    for pid in pids(var):
        assert psutil.Process(pid).net_connections("tcp") == []


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a directory away")
def test_a_socket_directory_of_another_user_is_refused(var):
    sockets.socket_directory(var).mkdir()
    os.chown(sockets.socket_directory(var), 65534, 65534)

    with pytest.raises(RuntimeError, match="belongs to another user"):
        embedded.ensure(var, durable=False)


def test_a_url_becomes_djangos_settings():
    found = embedded.django_database("postgresql://me:p%40ss@db.example:6432/calls?sslmode=require")

    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "me",
        "p@ss",
        "db.example",
        6432,
        "calls",
    )
    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_path_fits_into_a_socket_address_whatever_the_directory(tmp_path):
    long = tmp_path / ("x" * 200)
    for path in (sockets.postgres_socket(long), sockets.redis_socket(long)):
        assert len(os.fsencode(path)) <= 107
    assert sockets.socket_directory(long) != sockets.socket_directory(tmp_path)


def test_nothing_listens_where_there_is_no_socket(tmp_path):
    assert not sockets.is_listening(tmp_path / "none")
