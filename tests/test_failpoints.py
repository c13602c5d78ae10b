"""A failpoint ends one process per file, and does nothing when it is not armed."""

import subprocess
import sys

from liveplatform.failpoints import reach
from tests.environment import ROOT


def run(directory, *names):
    code = (
        "import sys; from django.conf import settings; settings.configure(FAILPOINTS=sys.argv[1]);"
        "from liveplatform.failpoints import reach; [reach(name) for name in sys.argv[2:]]"
    )
    return subprocess.run([sys.executable, "-c", code, directory, *names], cwd=ROOT).returncode


def test_an_armed_failpoint_ends_the_first_process_only(tmp_path):
    (tmp_path / "settled").touch()
    assert run(str(tmp_path), "claimed", "settled") == 137
    assert not (tmp_path / "settled").exists()
    assert run(str(tmp_path), "claimed", "settled") == 0


def test_without_the_setting_nothing_happens(tmp_path):
    assert run("", "settled") == 0


def test_a_name_without_a_file_does_nothing(settings, tmp_path):
    settings.FAILPOINTS = str(tmp_path)
    reach("claimed")
