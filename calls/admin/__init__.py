"""The admin of calls: a call's detail page, its steps, streams, provider events, monitors, and bulk ends."""

from calls.admin import agent, bulk, call, monitor, phone_number, provider_event, step, stream

__all__ = ["agent", "bulk", "call", "monitor", "phone_number", "provider_event", "step", "stream"]
