"""Attendance: who was in the room of a call, and when.

stays     keeps what providers report of participants, and adds up the times
check     asks the provider once more after the call
sql       the statements of both
"""
