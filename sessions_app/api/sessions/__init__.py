"""The sessions API, `/v1/sessions` and `/v1/live/sessions`."""
