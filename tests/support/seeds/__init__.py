"""JSON schemas taken from the vendors' pages, which the contract tests compare answers with."""
