"""Calls in the admin: one page tells a call's whole story; what was given up can be run again."""

from calls.admin import call, ending, others, told

__all__ = ["call", "ending", "others", "told"]
