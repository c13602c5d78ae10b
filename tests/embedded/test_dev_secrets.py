"""Development secrets: random, kept, readable by their owner only."""

import base64

from liveplatform.embedded.dev_secrets import secret


def test_a_secret_is_made_once(tmp_path):
    first = secret(tmp_path / "var", "key")
    assert secret(tmp_path / "var", "key") == first
    assert len(base64.b64decode(first)) == 32
    assert secret(tmp_path / "var", "other") != first


def test_its_file_is_the_owners_and_holds_the_prefix(tmp_path):
    assert secret(tmp_path, "key", prefix="dev:").startswith("dev:")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"], "no temporary file is left"
