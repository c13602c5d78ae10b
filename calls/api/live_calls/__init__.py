"""Live calls: the surface of seed 000, `/v1/live/calls`."""
