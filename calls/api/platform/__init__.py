"""The platform's own API of calls: list, export, end, record, transcript, analysis, steps, phone numbers."""
