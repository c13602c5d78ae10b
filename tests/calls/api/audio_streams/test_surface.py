"""Which addresses are of this surface, and its errors."""

import pytest

from calls.api.audio_streams.surface import AUDIO_STREAMS
from liveplatform.api.surfaces import Problem, surface_for_path


@pytest.mark.parametrize("path", ["/api/v1/Account/MA/Call/", "/v1/Account", "/v1/Account/MA/Message/"])
def test_claims_all_under_account(path):
    assert surface_for_path(path) is AUDIO_STREAMS


@pytest.mark.parametrize("path", ["/v1/account", "/v1/Accounts", "/api/v2/Account/MA", "/Account/MA"])
def test_claims_nothing_else(path):
    assert surface_for_path(path) is not AUDIO_STREAMS


def test_an_error_is_a_text():
    assert AUDIO_STREAMS.render(Problem(404, "not_found", "Stream not found"))["error"] == "Stream not found"
