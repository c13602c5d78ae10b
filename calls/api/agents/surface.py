"""The surface of agents, and of the addresses at which providers read what an answered call does."""

from liveplatform.api.surfaces import Surface

AGENTS = Surface(
    "agents",
    tags={"Agents": "What answers a phone call: an address, TwiML, or a voice bot behind a WebSocket."},
    urls="calls.api.agents.urls",
    enums={"AgentCodec": "calls.models.Agent.Codec"},
)
