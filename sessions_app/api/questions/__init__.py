"""Questions over REST, under `/v1/sessions/{id}/questions`."""
