"""The image graph, what a build is told, and how a build fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from errors import ServiceError, UsageError
from images import bake
from images.bake import Target, targets, variables
from images.engine import Engine

BROKEN = """
FROM debian:bookworm-slim
RUN for line in $(seq 40); do echo "line $line"; done; echo "this is what is wrong" >&2; exit 3
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit, in place of this one."""
    folder = tmp_path / "a repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / "file").write_text("committed")
    git(folder, "add", "file")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-02T03:04:05+09:00")
    author = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    git(folder, *author, "commit", "--quiet", "--message=first")
    monkeypatch.setattr(bake, "ROOT", folder)
    return folder


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.mark.usefixtures("engine")
def test_each_folder_with_a_dockerfile_is_a_target_for_each_arch() -> None:
    folders = {file.parent.name for file in bake.ROOT.glob("images/*/Dockerfile")}
    assert {(one.image, one.arch) for one in targets()} == {
        (image, arch) for image in folders for arch in ("amd64", "arm64")
    }
    assert targets(["ray"], ["arm64"]) == [
        Target("ray-arm64", "ray", "arm64", "ray-on-aws/ray:arm64")
    ]


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    ("images", "arches", "said"),
    [
        (["rey"], [], "'rey' is no image: choose of instance, object-store, ray"),
        ([], ["x86"], "'x86' is no arch: choose of amd64, arm64"),
    ],
)
def test_an_unknown_name_is_told_with_those_that_there_are(
    images: list[str], arches: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        targets(images, arches)


def test_the_commit_is_clean_until_a_file_is_changed_or_new(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")[:12]
    assert variables({})["COMMIT"] == head
    assert variables({"COMMIT": "another"})["COMMIT"] == head
    (repository / "new").write_text("")
    assert variables({})["COMMIT"] == f"{head}-dirty"
    (repository / "new").unlink()
    (repository / "file").write_text("changed")
    assert variables({})["COMMIT"] == f"{head}-dirty"


@pytest.mark.usefixtures("repository")
def test_an_image_is_created_when_its_commit_was() -> None:
    assert variables({})["CREATED"] == "2026-01-02T03:04:05+09:00"


def test_a_folder_that_is_no_repository_has_no_commit(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = repository / "below"
    below.mkdir()
    monkeypatch.setattr(bake, "ROOT", below)
    told = variables({})
    assert (told["COMMIT"], told["CREATED"]) == ("unknown", "1970-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("environ", "authority"),
    [
        ({}, ""),
        ({"SSL_CERT_FILE": "/ssl"}, "/ssl"),
        ({"SSL_CERT_FILE": "/ssl", "PIP_CERT": "/pip"}, "/pip"),
        ({"SSL_CERT_FILE": "/ssl", "PIP_CERT": "/pip", "CA": "/own"}, "/own"),
    ],
)
def test_a_build_trusts_whom_python_trusts_here(environ: dict[str, str], authority: str) -> None:
    told = variables({"PATH": "/bin", **environ})
    assert (told["CA"], told["PATH"]) == (authority, "/bin")


@pytest.mark.usefixtures("built")
def test_a_failed_build_is_told_with_the_end_of_its_log(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BROKEN)
    (target,) = targets(["object-store"], [engine.arch])
    log = tmp_path / "logs" / "build.log"
    broken = [f"--set={target.name}.context={tmp_path}"]
    broken += [f"--set={target.name}.dockerfile=Dockerfile"]
    with pytest.raises(ServiceError, match="this is what is wrong") as caught:
        bake.bake(target, log, arguments=broken)
    first, *end = str(caught.value).splitlines()
    assert first.startswith(f"{target.name} was not built (docker buildx bake ended with ")
    assert end == log.read_text().splitlines()[-bake.LINES_OF_LOG :]
    assert "line 1" in log.read_text()
