"""Bounds on what runs at once in a process, and how often they were reached."""
