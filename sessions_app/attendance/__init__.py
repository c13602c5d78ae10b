"""Attendance of sessions: which of the registered people were in the room, and for how long."""
