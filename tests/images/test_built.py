"""Finding what was built, and weighing it."""

from __future__ import annotations

import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from errors import ServiceError
from images.bake import Target
from images.built import Built, compressed_bytes, find
from images.engine import Engine


def test_the_size_is_that_of_the_compressed_layers(
    engine: Engine, own_store: Target, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.tar"
    subprocess.run(["docker", "save", "--output", str(saved), own_store.tag], check=True)
    with tarfile.open(saved) as tar:
        (index,) = read(tar, "index.json")["manifests"]
        manifest = read(tar, blob(index["digest"]))
        for one in manifest.get("manifests", []):  # with attestations beside it
            if one["platform"]["architecture"] == engine.arch:
                manifest = read(tar, blob(one["digest"]))
        sizes = [tar.getmember(blob(layer["digest"])).size for layer in manifest["layers"]]
    assert [layer["size"] for layer in manifest["layers"]] == sizes
    assert compressed_bytes(find(engine, own_store)) == sum(sizes)


def blob(digest: str) -> str:
    return digest.replace("sha256:", "blobs/sha256/")


def read(tar: tarfile.TarFile, name: str) -> Any:
    file = tar.extractfile(name)
    assert file is not None
    return json.load(file)


def test_an_image_that_was_not_built_is_told_with_how_to(engine: Engine) -> None:
    target = Target("ray-amd64", "ray", "amd64", "ray-on-aws/nothing:amd64")
    with pytest.raises(ServiceError, match=r"\./invoke build --image ray --arch amd64$"):
        find(engine, target)


def test_an_image_for_another_arch_is_not_taken(engine: Engine, own_store: Target) -> None:
    target = Target("object-store-s390x", "object-store", "s390x", own_store.tag)
    with pytest.raises(ServiceError, match=f"{own_store.tag} is for {engine.arch}: build it anew"):
        find(engine, target)


@pytest.mark.parametrize(
    ("commit", "clean"),
    [("0123456789ab", True), ("0123456789ab-dirty", False), ("unknown", False)],
)
def test_only_what_was_built_from_a_commit_alone_is_clean(commit: str, clean: bool) -> None:
    target = Target("ray-amd64", "ray", "amd64", "ray-on-aws/ray:amd64")
    assert Built(target, "sha256:0", commit, ()).clean == clean
