"""The surface of agents is served; the documents of answered calls are none of the API's operations."""

from calls.api.agents.surface import AGENTS
from liveplatform.api.surfaces import surfaces
from tests.support.routes import routes


def test_it_is_served_with_its_operations():
    assert AGENTS in surfaces()
    paths = {path for path, _ in routes()}
    assert {"v1/agents", "v1/agents/<id:agent_id>"} <= paths
    assert not [path for path in paths if "answers" in path]
