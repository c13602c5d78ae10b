"""The user that runs PostgreSQL: never root, and only directories of its own are used."""

import os

import pytest

from liveplatform.embedded import os_user

AS_ROOT = os.geteuid() == 0
ROOT_ONLY = pytest.mark.skipif(not AS_ROOT, reason="only root changes owners")


def test_postgres_never_runs_as_root():
    assert os_user.server_user() != 0
    assert (os_user.server_user() is None) == (not AS_ROOT)


def test_a_missing_or_own_directory_passes(tmp_path):
    os_user.check_owner(tmp_path / "missing")
    os_user.check_owner(tmp_path)


@ROOT_ONLY
def test_a_directory_of_another_user_is_refused(tmp_path):
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(RuntimeError, match="belongs to user 65534"):
        os_user.check_owner(tmp_path)


@ROOT_ONLY
def test_the_server_owns_its_directory_and_may_traverse_those_above(tmp_path):
    data = tmp_path / "closed" / "data"
    data.mkdir(parents=True)
    data.parent.chmod(0o700)
    os_user.hand_over(data)
    assert data.stat().st_uid == os_user.server_user()
    assert data.stat().st_mode & 0o777 == 0o700
    assert data.parent.stat().st_mode & 0o777 == 0o701, "traversal, and no more"


def test_files_that_only_root_may_read_are_opened(tmp_path):
    directory = tmp_path / "bin"
    directory.mkdir(mode=0o700)
    for name, mode in {"program": 0o700, "text": 0o600}.items():
        (directory / name).touch()
        (directory / name).chmod(mode)
    os_user.grant_read(directory)
    assert (directory / "program").stat().st_mode & 0o777 == 0o705
    assert (directory / "text").stat().st_mode & 0o777 == 0o604
