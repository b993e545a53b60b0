"""A registry on loopback, and a repository of its own whose images go there."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from commands import ROOT
from images import bake
from images.build import build
from images.engine import QEMU, Engine
from tests.engines import skip

NAMESPACE = "ray-on-aws-of-a-test"
SECONDS_TO_START = 30.0
CONFIGURATION = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "{address}"}}
"""
AUTHOR = ("-c", "user.name=test", "-c", "user.email=test@localhost")


@dataclass(frozen=True)
class Tree:
    """A repository with the sources of the images, which tests may change."""

    folder: Path

    def commit(self) -> None:
        """Makes it clean."""
        self._git("add", "--all")
        self._git(*AUTHOR, "commit", "--quiet", "--message=test")

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """`images` builds from it, until the block is left."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bake, "ROOT", self.folder)
            patch.setenv("NAMESPACE", NAMESPACE)
            yield

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.folder), *arguments], check=True)


@pytest.fixture(scope="session")
def registry(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where it listens and a namespace in it; what the engine has of it goes at the end."""
    program = shutil.which("docker-registry")
    if program is None:
        skip("no docker-registry here: apt-get install docker-registry")
        raise AssertionError
    folder = tmp_path_factory.mktemp("registry")
    address = f"127.0.0.1:{free_port()}"
    configuration = folder / "config.yml"
    configuration.write_text(CONFIGURATION.format(folder=folder / "data", address=address))
    log = folder / "registry.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [program, "serve", str(configuration)], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(f"http://{address}/v2/", process, log)
        yield f"{address}/team"
    finally:
        process.terminate()
        process.wait()
        forget(engine, f"{address}/*/*")


@pytest.fixture(scope="session")
def tree(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tree]:
    """A clean repository, and the object store built from it for both arches, in NAMESPACE."""
    if not all(engine.runs(arch) for arch in QEMU):
        skip("this machine emulates no other arch: .ci/engine start, or ./invoke doctor")
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(ROOT / "images", folder / "images")
    for file in (".dockerignore", "requirements.lock"):
        shutil.copy(ROOT / file, folder / file)
    (folder / ".gitignore").write_text("__pycache__\n")
    made = Tree(folder)
    made._git("init", "--quiet")
    made.commit()
    with made.in_place():
        build(["object-store"], list(QEMU), kept=folder.parent / "kept", tell=print)
    yield made
    forget(engine, f"{NAMESPACE}/*")


@pytest.fixture
def in_tree(tree: Tree) -> Iterator[Tree]:
    """The repository, in place of this one; changes to its files do not outlive the test."""
    with tree.in_place():
        yield tree
    tree._git("checkout", "--quiet", ".")
    tree._git("clean", "--quiet", "--force", "-d")


def forget(engine: Engine, pattern: str) -> None:
    """Takes away the names that match; their layers stay in the cache of builds."""
    for name in names(engine, pattern):
        engine.forget(name)
    assert names(engine, pattern) == []


def names(engine: Engine, pattern: str) -> list[str]:
    """The names of images in the engine that match, such as `host/*/*`."""
    listed = engine.client.api.images(filters={"reference": pattern})
    return [tag for image in listed for tag in image["RepoTags"]]


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        try:
            direct.open(url, timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = "\n".join(log.read_text().splitlines()[-10:])
    raise TimeoutError(
        f"expected an answer from {url} within {SECONDS_TO_START:.0f} s; docker-registry's exit "
        f"code is {process.poll()} and its log ends with:\n{said}"
    )
