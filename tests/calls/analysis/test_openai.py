"""The HTTP analyser over a real connection: which answers it accepts, and which failures are retried."""

import json
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from calls.analysis.openai import MAX_RESPONSE_BYTES, AnalyserRejected, AnalyserUnavailable, OpenAIAnalyser
from calls.analysis.turns import Turn

TURNS = [
    Turn("agent", "Hello, how can I help you?"),
    Turn("customer", "My line is dead and this is the third time I call"),
]
GOOD = {"label": "negative", "score": -0.8, "turns": [{"index": 1, "label": "negative", "score": -0.9}]}


class Answering(BaseHTTPRequestHandler):
    """Answers as the server was told, and keeps what it was asked."""

    def do_POST(self):
        self.server.asked.append(
            (self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
        )
        status, headers, body, pause = self.server.answer
        time.sleep(pause)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # the caller may have given up
            for place in range(0, len(body), self.server.bite or MAX_RESPONSE_BYTES):
                self.wfile.write(body[place : place + (self.server.bite or MAX_RESPONSE_BYTES)])
                time.sleep(0.1 if self.server.bite else 0)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    found.asked, found.bite = [], 0
    thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


def asked(server, status=200, body=b"", headers=None, pause=0.0, timeout=2.0):
    server.answer = (status, headers or {}, body, pause)
    base = f"http://127.0.0.1:{server.server_address[1]}/v1/"
    return OpenAIAnalyser(base, "secret", "a-model", timeout).score(TURNS)


def completion(content):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def test_a_good_answer_is_taken(server):
    found = asked(server, body=completion(json.dumps(GOOD)))
    assert (found.label, found.score) == ("negative", -0.8)
    assert [(j.index, j.label, j.score) for j in found.evidence] == [(1, "negative", -0.9)]
    path, headers, body = server.asked[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert json.loads(body)["model"] == "a-model"
    assert "third time" in json.loads(body)["messages"][1]["content"]


def test_turns_that_are_not_the_customers_are_not_believed(server):
    extra = [{"index": index, "label": "positive", "score": 1} for index in (0, 7)]
    found = asked(server, body=completion(json.dumps({**GOOD, "turns": GOOD["turns"] + extra})))
    assert [entry.index for entry in found.turns] == [1]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"{}",
        b"[]",
        b'{"choices": []}',
        completion(None),
        completion("I think the customer is cross."),
        completion("[]"),
        completion("null"),
        completion('{"label": "negative"}'),
        completion('{"label": "cross", "score": 0}'),
        completion('{"label": ["negative"], "score": 0}'),
        completion('{"label": "negative", "score": -3}'),
        completion('{"label": "negative", "score": NaN}'),
        completion('{"label": "negative", "score": true}'),
        completion('{"label": "negative", "score": -0.5, "turns": null}'),
        completion('{"label": "negative", "score": -0.5, "turns": [1]}'),
        completion('{"label": "negative", "score": -0.5, "turns": [{"index": [1]}]}'),
    ],
)
def test_an_answer_that_does_not_fit_is_no_judgement(server, body):
    with pytest.raises(AnalyserUnavailable):
        asked(server, body=body)


@pytest.mark.parametrize(
    ("status", "wait", "pause"),
    [(429, "7", 7.0), (429, "soon", None), (429, "\xb2", None), (500, "", None), (503, "30", 30.0)],
)
def test_a_busy_server_is_asked_again_when_it_says(server, status, wait, pause):
    with pytest.raises(AnalyserUnavailable) as raised:
        asked(server, status, headers={"Retry-After": wait})
    assert raised.value.retry_after == pause


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404])
def test_a_refusal_is_final(server, status):
    with pytest.raises(AnalyserRejected):
        asked(server, status, headers={"Location": "http://127.0.0.1:1/"})


def test_a_slow_server_is_given_up(server):
    began = time.monotonic()
    with pytest.raises(AnalyserUnavailable):
        asked(server, body=completion(json.dumps(GOOD)), pause=1.0, timeout=0.2)
    assert time.monotonic() - began < 0.9


def test_a_dripping_server_is_given_up(server):
    server.bite = 1
    began = time.monotonic()
    with pytest.raises(AnalyserUnavailable):
        asked(server, body=completion(json.dumps(GOOD)), timeout=0.4)
    assert time.monotonic() - began < 1.5


def test_an_answer_without_end_is_not_read(server):
    with pytest.raises(AnalyserUnavailable):
        asked(server, body=b"[" * (MAX_RESPONSE_BYTES + 1))


def test_an_answer_nested_too_deeply_is_no_judgement(server):
    with pytest.raises(AnalyserUnavailable):
        asked(server, body=b"[" * 200_000)


def test_a_server_that_is_not_there_may_come_back():
    with pytest.raises(AnalyserUnavailable):
        OpenAIAnalyser("http://127.0.0.1:1/v1", "", "a-model", 0.5).score(TURNS)


def test_without_an_address_it_is_not_set_up():
    with pytest.raises(AnalyserRejected):
        OpenAIAnalyser("", "", "a-model").score(TURNS)


def test_without_a_customer_nobody_is_asked(server):
    server.answer = (500, {}, b"", 0)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    assert OpenAIAnalyser(base, "", "a-model").score(TURNS[:1]).label == "unknown"
    assert server.asked == []
