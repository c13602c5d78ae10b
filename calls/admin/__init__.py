"""The admin of calls: a call's detail page, its steps, provider events and monitors, and bulk ends."""

from calls.admin import bulk, call, monitor, phone_number, provider_event, step

__all__ = ["bulk", "call", "monitor", "phone_number", "provider_event", "step"]
