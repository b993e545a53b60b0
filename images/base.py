"""The base of all images, made here where no image registry can be reached.

`debian:bookworm-slim` then comes from debootstrap, under the same name and for both arches, so that
the Dockerfiles need not know.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from errors import ServiceError
from images.engine import Engine

NAME = "debian:bookworm-slim"
SUITE = "bookworm"
# What the official image leaves out too.
LEFT_OUT = ("usr/share/doc", "usr/share/info", "usr/share/locale", "usr/share/man")
EMPTIED = ("var/cache/apt", "var/lib/apt/lists", "var/log")
MEDIA = "application/vnd.oci.image"
SOURCES = Path("/etc/apt/sources.list.d/debian.sources")

Tell = Callable[[str], None]


def ensure(engine: Engine, arches: Sequence[str], kept: Path, tell: Tell) -> None:
    """Makes the base for these arches, unless the engine has it or its registry answers.

    Args:
        engine: that builds.
        arches: `amd64`, `arm64`.
        kept: a folder for what was bootstrapped, so that another arch can be added later.
        tell: is given a line on what takes long.

    Raises:
        ServiceError: it can neither be pulled nor made, or the engine does not take it.
    """
    missing = [arch for arch in arches if not engine.has_image(f"{NAME}-{arch}")]
    if not missing or _registry_answers():
        return
    _check_can_be_made(engine)
    for arch in missing:
        if not _layer(kept, arch).exists():
            tell(f"no image registry answers, so {NAME} for {arch} is bootstrapped: about a minute")
            _bootstrap(arch, _layer(kept, arch))
    there = [arch for arch in ("amd64", "arm64") if _layer(kept, arch).exists()]
    with tempfile.TemporaryFile() as archive:
        _write_archive({arch: _layer(kept, arch) for arch in there}, archive)
        archive.seek(0)
        engine.load(archive)


def _layer(kept: Path, arch: str) -> Path:
    return kept / f"{SUITE}-{arch}.tar.gz"


def _registry_answers() -> bool:
    asked = ["docker", "buildx", "imagetools", "inspect", NAME]
    try:
        return subprocess.run(asked, capture_output=True, timeout=30, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _check_can_be_made(engine: Engine) -> None:
    lacking = []
    if os.geteuid() != 0:
        lacking.append("to be root")
    if shutil.which("debootstrap") is None:
        lacking.append("the program debootstrap (apt-get install debootstrap)")
    if not engine.holds_several_platforms:
        lacking.append(
            'an engine with the containerd image store ({"features": {"containerd-snapshotter": '
            "true}} in /etc/docker/daemon.json)"
        )
    if lacking:
        raise ServiceError(
            f"{NAME} cannot be pulled, as no image registry answers, and to make it here needs "
            f"{' and '.join(lacking)}"
        )


def _bootstrap(arch: str, layer: Path) -> None:
    """Writes the root file system of an arch as a gzipped tar."""
    layer.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ray-on-aws-base-") as folder:
        root = Path(folder) / "root"
        command = ["debootstrap", "--variant=minbase", f"--arch={arch}", SUITE, str(root)]
        mirror, sources = _machine_sources()
        done = subprocess.run([*command, *mirror], capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stdout + done.stderr).strip().splitlines()
            raise ServiceError(
                f"debootstrap made no {SUITE} for {arch}; the end of what it said:\n"
                + "\n".join(said[-10:])
                + "\nHint: another arch than the machine's needs its emulation: ./invoke doctor"
            )
        if sources:
            (root / "etc/apt/sources.list").unlink(missing_ok=True)
            (root / "etc/apt/sources.list.d/debian.sources").write_text(sources)
        _slim(root)
        unfinished = layer.with_suffix(".unfinished")
        tar = ["tar", "--create", "--gzip", "--numeric-owner", "--xattrs", "--exclude=./dev/*"]
        subprocess.run([*tar, "--directory", str(root), "--file", str(unfinished), "."], check=True)
        unfinished.replace(layer)


def _machine_sources() -> tuple[list[str], str]:
    """The mirror and the sources of a machine that is of this suite itself; else debootstrap's."""
    text = SOURCES.read_text() if SOURCES.exists() else ""
    found = re.search(r"^URIs: (\S+)$", text, re.MULTILINE)
    if found is None or f"Suites: {SUITE}" not in text:
        return [], ""
    return [found[1]], text


def _slim(root: Path) -> None:
    for folder in LEFT_OUT:
        # Licences are to stay with what they are for.
        for each in (root / folder).glob("**/*"):
            if each.is_file() and each.name != "copyright":
                each.unlink()
    for folder in EMPTIED:
        for each in (root / folder).glob("**/*"):
            if each.is_file():
                each.unlink()


def _write_archive(layers: dict[str, Path], archive: Any) -> None:
    """Writes an archive for `docker load`: one name for all arches, and one for each.

    The format is that of https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
    """
    with tarfile.open(fileobj=archive, mode="w") as tar:
        manifests = [_add_image(tar, arch, layer) for arch, layer in layers.items()]
        index = {"schemaVersion": 2, "mediaType": f"{MEDIA}.index.v1+json", "manifests": manifests}
        together = _add_json(tar, index, f"{MEDIA}.index.v1+json")
        named = [_named(together, NAME)]
        named += [_named(one, f"{NAME}-{one['platform']['architecture']}") for one in manifests]
        _add(tar, "index.json", json.dumps({"schemaVersion": 2, "manifests": named}).encode())
        _add(tar, "oci-layout", b'{"imageLayoutVersion": "1.0.0"}')


def _add_image(tar: tarfile.TarFile, arch: str, layer: Path) -> dict[str, Any]:
    packed = layer.read_bytes()
    plain = hashlib.sha256(gzip.decompress(packed)).hexdigest()
    config = {
        "architecture": arch,
        "os": "linux",
        "config": {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{plain}"]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{MEDIA}.manifest.v1+json",
        "config": _add_json(tar, config, f"{MEDIA}.config.v1+json"),
        "layers": [_add_blob(tar, packed, f"{MEDIA}.layer.v1.tar+gzip")],
    }
    described = _add_json(tar, manifest, f"{MEDIA}.manifest.v1+json")
    return {**described, "platform": {"os": "linux", "architecture": arch}}


def _named(described: dict[str, Any], name: str) -> dict[str, Any]:
    annotations = {"io.containerd.image.name": f"docker.io/library/{name}"}
    return {**described, "annotations": annotations}


def _add_json(tar: tarfile.TarFile, content: dict[str, Any], media: str) -> dict[str, Any]:
    return _add_blob(tar, json.dumps(content).encode(), media)


def _add_blob(tar: tarfile.TarFile, content: bytes, media: str) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    _add(tar, f"blobs/sha256/{digest}", content)
    return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(content)}


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
