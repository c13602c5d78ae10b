"""The control API refuses what it cannot do."""

import requests

NUMBERS = {"to": "+14155550111", "from_": "+14155550100"}


def test_an_invalid_request_is_refused(sandbox_url, twilio):
    sid = twilio.make_call(**NUMBERS).id
    ask = lambda path, body: requests.post(f"{sandbox_url}/_sandbox{path}", json=body, timeout=5).status_code  # noqa: E731
    assert ask("/happen", {"id": sid, "what": "explode"}) == 400
    assert ask("/happen", {"what": "completed"}) == 400
    assert ask("/happen", {"id": "nobody", "what": "completed"}) == 404
    assert ask("/hooks", {"key": "k"}) == 400
