"""Fault injection while calls are ended: `make chaos`."""
