"""Errors of the provider events endpoint have the shape of the platform's own API."""

from django.test import Client


def test_an_unknown_connection_is_a_problem_of_the_platform(db):
    answer = Client().post(f"/v1/providers/{'0' * 8}-0000-7000-8000-{'0' * 12}/events")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert answer.json()["message"] == "There is no such connection."
