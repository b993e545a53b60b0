"""The cluster that was launched is remembered, and forgotten."""

from __future__ import annotations

from pathlib import Path

from cluster.launched import Launched, forget, recall, remember

ONE = Launched(
    target="compose",
    name="a cluster",
    dashboard="http://127.0.0.1:8265",
    token_file="/nowhere/token",
    storage="s3://ray-on-aws",
    store="http://127.0.0.1:9000",
    measured="intel",
)


def test_it_is_remembered_until_it_is_forgotten(tmp_path: Path) -> None:
    assert recall(tmp_path) is None
    remember(tmp_path, ONE)
    assert recall(tmp_path) == ONE
    forget(tmp_path)
    forget(tmp_path)
    assert recall(tmp_path) is None


def test_the_token_itself_is_not_written_down(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("very secret\n")
    launched = Launched(**(vars(ONE) | {"token_file": str(tmp_path / "token")}))
    remember(tmp_path, launched)
    assert launched.token == "very secret"
    assert "very secret" not in (tmp_path / "cluster.json").read_text()
