"""Sessions for the staff of a brand, `/v1/admin/sessions`."""
