"""Test processes take whole groups: pytest-xdist says nothing if it does not know the groups."""

import pytest


def test_a_process_knows_the_group_of_a_test(request):
    """Else the stories run in several processes, each with a platform of its own."""
    if not hasattr(request.config, "workerinput"):
        pytest.skip("one process runs everything")
    assert request.node.nodeid.endswith(f"@{request.node.path.as_posix()}")
