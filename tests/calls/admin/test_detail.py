"""The detail page of a call shows everything on record in a fixed number of queries."""

from calls.models import Step


def page(client, call):
    return client.get(f"/admin/calls/call/{call.pk}/change/")


def test_one_page_shows_everything_on_record(staff, ended):
    text = page(staff, ended).content.decode()
    for text_shown in (
        "because",
        "key:abc",
        "Twilio refused: error 21211",
        "negative",
        "it is still not working",
        "call.ended",
        "the hook",
        "may still be billed",
    ):
        assert text_shown in text


def test_the_number_of_queries_does_not_grow_with_the_timeline(staff, ended, django_assert_max_num_queries):
    page(staff, ended)
    for number in range(30):
        Step.objects.filter(call=ended).update(
            log=[
                {"attempt": n, "at": "2026-01-01T00:00:00+00:00", "ms": 1, "outcome": "again"}
                for n in range(number)
            ]
        )
    with django_assert_max_num_queries(23):
        page(staff, ended)
