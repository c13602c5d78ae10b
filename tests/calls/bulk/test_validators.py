"""Names and filters of rules."""

import pytest

from tests.support.bulk import RULE


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"filter": {"nonsense": 1}}, "nonsense"),
        ({"older_than": 0}, "older_than"),
        ({"older_than": "soon"}, "older_than"),
        ({"name": ""}, "name"),
        ({"name": "two\nlines"}, "in one line"),
        ({"name": "two\u2028lines"}, "in one line"),
        ({"name": "a\x1b[31mred"}, "in one line"),
        ({"filter": {}}, "give a condition"),
        ({"filter": {"search": " "}}, "give a condition"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_invalid_rules_are_refused_by_field(api, change, message):
    answer = api("POST", "/v1/auto-end-rules", RULE | change)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
