"""The webhook receiver responds as the path says and logs each request before it responds."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.environment import ROOT

MODULE = "liveplatform.dev.webhook_receiver"


@pytest.fixture
def log(tmp_path) -> Path:
    return tmp_path / "received.jsonl"


@pytest.fixture
def url(log) -> Iterator[str]:
    command = [sys.executable, "-m", MODULE, "--log", str(log), "--behaviour", "status/503"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    yield process.stdout.readline().strip()
    process.terminate()
    process.communicate(timeout=10)


def post(url, path, message_id="evt_1"):
    headers = {"webhook-id": message_id}
    return requests.post(url + path, data="body", headers=headers, timeout=5, allow_redirects=False)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/ok", 200), ("/status/418", 418), ("/busy/7", 429), ("/redirect?to=/ok", 302), ("/", 503)],
)
def test_the_path_or_the_default_gives_the_status(url, path, status):
    assert post(url, path).status_code == status


def test_a_flaky_path_counts_attempts_by_message(url):
    assert [post(url, "/flaky/2", "evt_a").status_code for _ in range(3)] == [500, 500, 200]
    assert post(url, "/flaky/2", "evt_b").status_code == 500


def test_headers_of_busy_and_redirect(url):
    assert post(url, "/busy/7").headers["Retry-After"] == "7"
    assert post(url, "/redirect?to=https://example.com/").headers["Location"] == "https://example.com/"


def test_a_slow_path_takes_its_time(url):
    began = time.monotonic()
    assert post(url, "/slow/0.3").status_code == 200
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("path", ["/drop", "/reset"])
def test_a_broken_connection_is_an_error_of_the_client(url, path):
    with pytest.raises(requests.RequestException):
        post(url, path)


def test_every_request_is_logged(url, log):
    post(url, "/ok", "evt_9")
    (line,) = [json.loads(line) for line in log.read_text().splitlines()]
    assert (line["method"], line["path"], line["body"], line["headers"]["webhook-id"]) == (
        "POST",
        "/ok",
        "body",
        "evt_9",
    )


def test_an_unknown_behaviour_is_refused():
    command = [sys.executable, "-m", MODULE, "--behaviour", "nonsense"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert "--behaviour is one of ok, status" in done.stderr


def test_the_default_can_be_changed_while_it_runs(url, log):
    assert post(url, "/").status_code == 503
    assert requests.put(f"{url}/_behaviour/status/502", timeout=5).status_code == 204
    assert (post(url, "/").status_code, post(url, "/ok").status_code) == (502, 200)
    assert requests.put(f"{url}/_behaviour/dance", timeout=5).status_code == 400
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["behaviour"] for line in lines] == ["status", "status", "ok"]
