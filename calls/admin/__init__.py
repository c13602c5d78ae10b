"""Calls in the admin: one page tells a call's whole story; what was given up can be run again."""

from calls.admin import bulk, call, others, provider_event

__all__ = ["bulk", "call", "others", "provider_event"]
