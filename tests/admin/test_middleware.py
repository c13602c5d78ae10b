"""Where the admin is found."""

from django.test import Client


def test_the_admin_is_found_without_its_slash():
    answer = Client().get("/admin")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
