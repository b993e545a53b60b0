"""The base: left alone where it is there, made whole where it is not, and told why it cannot be."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from errors import ServiceError
from images import base
from images.engine import Engine
from tests.images.registries import forget

THROWAWAY = "ray-on-aws-base-of-a-test"
ARCHES = ("amd64", "arm64")


@pytest.fixture
def layers(tmp_path: Path) -> dict[str, Path]:
    """A root file system for each arch, with a file that says which it is."""
    written = {}
    for arch in ARCHES:
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w") as tar:
            entry = tarfile.TarInfo("arch")
            entry.size = len(arch)
            tar.addfile(entry, io.BytesIO(arch.encode()))
        written[arch] = tmp_path / f"bookworm-{arch}.tar.gz"
        written[arch].write_bytes(gzip.compress(plain.getvalue()))
    return written


@pytest.fixture
def archive(layers: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """The archive of both, under a name that nobody uses."""
    monkeypatch.setattr(base, "NAME", f"{THROWAWAY}:latest")
    written = io.BytesIO()
    base._write_archive(layers, written)
    written.seek(0)
    return written


@pytest.fixture
def emptied(engine: Engine) -> Iterator[Engine]:
    """The engine, which forgets the throwaway names afterwards."""
    yield engine
    forget(engine, THROWAWAY)


class Bare:
    """An engine without any image, of the older kind."""

    holds_several_platforms = False

    def has_image(self, _name: str) -> bool:
        return False


def test_the_archive_is_whole(archive: io.BytesIO, layers: dict[str, Path]) -> None:
    with tarfile.open(fileobj=archive) as tar:
        files = {entry.name: content(tar, entry.name) for entry in tar.getmembers()}
    for name, blob in files.items():
        if name.startswith("blobs/"):
            assert name == f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}"

    def follow(described: dict[str, Any]) -> Any:
        blob = files["blobs/sha256/" + described["digest"].removeprefix("sha256:")]
        assert described["size"] == len(blob)
        return json.loads(blob)

    assert json.loads(files["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    together, *singly = json.loads(files["index.json"])["manifests"]
    manifests = follow(together)["manifests"]
    assert [one["platform"]["architecture"] for one in manifests] == list(ARCHES)
    assert [one["digest"] for one in singly] == [one["digest"] for one in manifests]
    for arch, described in zip(ARCHES, manifests, strict=True):
        manifest = follow(described)
        packed = layers[arch].read_bytes()
        (layer,) = manifest["layers"]
        assert layer["digest"] == f"sha256:{hashlib.sha256(packed).hexdigest()}"
        configuration = follow(manifest["config"])
        assert configuration["architecture"] == arch
        plain = hashlib.sha256(gzip.decompress(packed)).hexdigest()
        assert configuration["rootfs"]["diff_ids"] == [f"sha256:{plain}"]


def content(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()


def test_an_engine_takes_the_archive(archive: io.BytesIO, emptied: Engine, tmp_path: Path) -> None:
    if not emptied.holds_several_platforms:
        pytest.skip("only an engine with the containerd image store holds several platforms")
    file = tmp_path / "archive.tar"
    file.write_bytes(archive.getvalue())
    with file.open("rb") as opened:
        emptied.load(opened)
    assert emptied.has_image(f"{THROWAWAY}:latest")
    found = {arch: emptied.image(f"{THROWAWAY}:latest-{arch}") for arch in ARCHES}
    assert {arch: image and image.attrs["Architecture"] for arch, image in found.items()} == {
        arch: arch for arch in ARCHES
    }


@pytest.mark.usefixtures("built")
def test_nothing_is_done_where_the_base_is_there_or_can_be_pulled(
    engine: Engine, tmp_path: Path
) -> None:
    told: list[str] = []
    base.ensure(engine, [engine.arch], tmp_path / "base", told.append)
    assert (told, list(tmp_path.iterdir())) == ([], [])


def test_what_is_lacking_to_make_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "_registry_answers", lambda: False)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("PATH", str(tmp_path))
    engine: Any = Bare()
    with pytest.raises(ServiceError, match="no image registry answers") as caught:
        base.ensure(engine, ["amd64"], tmp_path / "base", print)
    for lacking in ("to be root", "apt-get install debootstrap", "containerd image store"):
        assert lacking in str(caught.value)


@pytest.mark.parametrize(
    ("suites", "mirror"), [("bookworm bookworm-updates", ["http://mirror/debian"]), ("trixie", [])]
)
def test_the_mirror_of_a_machine_of_the_same_suite_is_asked(
    suites: str, mirror: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = tmp_path / "debian.sources"
    sources.write_text(f"Types: deb\nURIs: http://mirror/debian\nSuites: {suites}\n")
    monkeypatch.setattr(base, "SOURCES", sources)
    assert base._machine_sources()[0] == mirror
