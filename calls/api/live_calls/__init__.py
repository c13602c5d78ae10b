"""The live calls API, `/v1/live/calls`."""
