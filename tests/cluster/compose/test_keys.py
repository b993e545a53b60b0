"""The secrets of the mini-cluster: made once, for their owner."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from cluster.compose import keys
from cluster.compose.project import FILE


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_they_are_made_once_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "secrets"
    first = keys.ensure(folder)
    token = (folder / keys.TOKEN).read_text()
    assert keys.ensure(folder) == first
    assert (folder / keys.TOKEN).read_text() == token
    assert len(token) == 64
    assert (folder / keys.STORE_KEY).read_text() == f"{first.access_key},{first.secret_key}"
    credentials = (folder / keys.CREDENTIALS).read_text()
    assert f"aws_access_key_id = {first.access_key}\n" in credentials
    assert f"aws_secret_access_key = {first.secret_key}\n" in credentials


def test_no_two_folders_have_the_same(tmp_path: Path) -> None:
    assert keys.ensure(tmp_path / "a") != keys.ensure(tmp_path / "b")
    assert (tmp_path / "a" / keys.TOKEN).read_text() != (tmp_path / "b" / keys.TOKEN).read_text()


@pytest.mark.parametrize("before", [None, 0o755])
def test_nobody_else_gets_past_the_folder_and_containers_can_read_the_files(
    tmp_path: Path, before: int | None
) -> None:
    folder = tmp_path / "secrets"
    if before is not None:
        folder.mkdir(mode=before)
    keys.ensure(folder)
    assert mode(folder) == 0o700
    # A container's user is another one, and mounts of single files pass by the folder.
    assert {mode(file) for file in folder.iterdir()} == {0o444}


def test_a_set_that_is_not_whole_is_made_anew(tmp_path: Path) -> None:
    first = keys.ensure(tmp_path)
    (tmp_path / keys.CREDENTIALS).unlink()
    second = keys.ensure(tmp_path)
    assert second != first
    assert second.secret_key in (tmp_path / keys.CREDENTIALS).read_text()


def test_docker_compose_yml_names_secrets_and_holds_none() -> None:
    text = FILE.read_text()
    for word in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "RAY_AUTH_TOKEN:", "STORE_KEY:"):
        assert word not in text
    assert {line.strip().split(":")[0] for line in text.splitlines() if "${SECRETS" in line} == {
        "ray-token",
        "aws-credentials",
        "store-key",
    }
