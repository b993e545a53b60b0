"""What came of a build: an image in the engine, measured."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from tempfile import TemporaryFile

from docker.models.images import Image

from errors import ServiceError
from images.bake import Target
from images.engine import Engine

REVISION = "org.opencontainers.image.revision"


@dataclass(frozen=True)
class Built:
    """An image for one arch, as the engine has it.

    Attributes:
        target: what it was built from.
        digest: of what the engine holds, `sha256:…`.
        commit: that it was built at; ends with `-dirty` when files differed from it.
        tags: by which it is known, without the repository; measured, see `images.tags`.
    """

    target: Target
    digest: str
    commit: str
    tags: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether it was built from a commit and nothing else."""
        return self.commit != "unknown" and not self.commit.endswith("-dirty")


def find(engine: Engine, target: Target) -> Image:
    """The image of a target.

    Raises:
        ServiceError: it was not built, or is for another arch.
    """
    image = engine.image(target.tag)
    if image is None:
        raise ServiceError(
            f"there is no image {target.tag}: ./invoke build --image {target.image} "
            f"--arch {target.arch}"
        )
    if image.attrs["Architecture"] != target.arch:
        raise ServiceError(
            f"{target.tag} is for {image.attrs['Architecture']}: build it anew with ./invoke build "
            f"--image {target.image} --arch {target.arch}"
        )
    return image


def compressed_bytes(image: Image) -> int:
    """The size of the layers as a registry keeps and sends them.

    Read from the image's archive, since an engine tells only the size on disk.
    """
    with TemporaryFile() as archive:
        for chunk in image.save(named=True):
            archive.write(chunk)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar:
            return _layers(tar)


def _layers(tar: tarfile.TarFile) -> int:
    manifest = tar.extractfile("manifest.json")
    if manifest is None:
        raise ServiceError("the engine's archive of an image has no manifest.json")
    names = json.load(manifest)[0]["Layers"]
    return sum(tar.getmember(name).size for name in names)
