"""Ending calls while things break: `make chaos`."""
