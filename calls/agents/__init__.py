"""Agents: what answers a phone call, from its row to the document that the provider is given."""
