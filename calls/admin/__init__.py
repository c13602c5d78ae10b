"""Calls in the admin: one page tells a call's whole story; what was given up can be run again."""

from calls.admin import call, others

__all__ = ["call", "others"]
