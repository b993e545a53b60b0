"""Pushing images: each arch under a tag of its own, then one manifest list over their digests.

That tag names versions, commit and arch, so that no name that anybody pulls changes before all
arches are there. (Pushing with no tag at all is beyond the builder that comes with an engine.)
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from errors import ServiceError, UsageError
from images.bake import Target, bake, targets
from images.build import tag
from images.built import Built, find
from images.engine import Engine, run

Tell = Callable[[str], None]
# The rehearsal's machines: built where they run, and of use nowhere else.
HERE_ALONE = frozenset({"instance"})


@dataclass(frozen=True)
class Pushed:
    """An image for one arch in a registry.

    Attributes:
        repository: `registry/namespace/ray`.
        image: `ray`.
        arch: `arm64`.
        tag: that says what is in it, and ends with the arch.
        digest: of the image with its attestations, `sha256:…`.
    """

    repository: str
    image: str
    arch: str
    tag: str
    digest: str

    @property
    def reference(self) -> str:
        """By which it is pulled, whatever tags may say later."""
        return f"{self.repository}@{self.digest}"

    @property
    def common_tag(self) -> str:
        """The tag without the arch, for the list over all of them."""
        return self.tag.removesuffix(f"-{self.arch}")


def published(images: Sequence[str] = (), arches: Sequence[str] = ()) -> list[Target]:
    """The targets that go to a registry: those of the images named, or of all that others may use.

    Raises:
        UsageError: there is no such image or arch.
        ServiceError: bake cannot be run.
    """
    return [one for one in targets(images, arches) if images or one.image not in HERE_ALONE]


def choose(
    engine: Engine, images: Sequence[str], arches: Sequence[str], *, unclean: bool
) -> list[Built]:
    """The images to push, which were built here.

    Args:
        engine: that has them.
        images: names; empty for those that others may use.
        arches: empty for those that were built.
        unclean: whether what was not built from a commit is let through.

    Raises:
        UsageError: one of them was not built from a clean tree.
        ServiceError: one was not built.
    """
    wanted = published(images, arches)
    if not arches:
        wanted = [one for one in wanted if engine.has_image(one.tag)]
    if not wanted:
        raise UsageError("no image is built yet: ./invoke build")
    built = [tag(engine, one) for one in wanted]
    dirty = [one.target.tag for one in built if not one.clean]
    if dirty and not unclean:
        raise UsageError(
            f"{', '.join(dirty)} was not built from a clean tree, so that nobody could tell later "
            "what is in it: commit and build again, or give --unclean"
        )
    return built


def push(engine: Engine, built: Built, registry: str, log: Path, *, sbom: bool) -> Pushed:
    """Pushes an image under its own tag, as what was built and nothing else.

    Args:
        engine: that has it.
        built: the image.
        registry: `host/namespace`.
        log: for what buildx says.
        sbom: whether to attach a list of its packages, made by BuildKit's scanner.

    Raises:
        ServiceError: the registry does not take it, or it is not what was built before.
    """
    target = built.target
    repository = f"{registry}/{target.image}"
    name = f"{repository}:{built.tags[0]}"
    output = f"type=image,name={name},push=true"
    with tempfile.TemporaryDirectory() as folder:
        metadata = Path(folder) / "metadata.json"
        # The layers are those of the build, from its cache; only attestations are added.
        arguments = [
            f"--set={target.name}.output={output}",
            f"--set={target.name}.tags=",
            "--provenance=mode=max",
            f"--sbom={str(sbom).lower()}",
            f"--metadata-file={metadata}",
        ]
        try:
            bake(target, log, arguments=arguments)
        except ServiceError as error:
            *_, why = str(error).splitlines()
            raise ServiceError(
                f"{target.tag} was not pushed to {repository}: {why.removeprefix('ERROR: ')}; "
                f"{log} has all that buildx said"
            ) from error
        finally:
            # The engine keeps it under that name too, and each commit would leave one more.
            engine.forget(name)
        digest = json.loads(metadata.read_text())[target.name]["containerimage.digest"]
    pushed = Pushed(repository, target.image, target.arch, built.tags[0], digest)
    _check_same(engine, target, pushed)
    return pushed


def publish(pushed: Sequence[Pushed], also: Sequence[str], tell: Tell) -> list[str]:
    """Makes one manifest list over all arches of an image that were pushed.

    Args:
        pushed: images in one registry, of one commit.
        also: further tags of the lists, such as `latest`.
        tell: is given a line for each tag.

    Raises:
        ServiceError: the registry refuses.
    """
    lists = []
    for repository, group in groupby(sorted(pushed, key=str), key=lambda one: one.repository):
        each = list(group)
        names = [f"{repository}:{name}" for name in (each[0].common_tag, *also)]
        for name in names:
            _create(name, [one.reference for one in each])
            tell(f"{name} ({', '.join(one.arch for one in each)})")
        lists += names
    return lists


def write(pushed: Pushed, folder: Path) -> None:
    """Leaves a note of what was pushed, for `read` on another machine."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(pushed), indent=2)
    (folder / f"{pushed.image}-{pushed.arch}.json").write_text(f"{text}\n")


def read(folder: Path, registry: str) -> list[Pushed]:
    """What was pushed from several machines: every arch of every image that is published.

    Raises:
        UsageError: an arch is missing, or they are of different commits or registries.
    """
    found = [Pushed(**json.loads(file.read_text())) for file in sorted(folder.glob("*.json"))]
    there = {(one.image, one.arch) for one in found}
    missing = [one.name for one in published() if (one.image, one.arch) not in there]
    if missing:
        raise UsageError(f"{folder} has no note of {', '.join(missing)}: push these first")
    for one in found:
        if one.repository != f"{registry}/{one.image}":
            raise UsageError(f"{one.image} for {one.arch} was pushed to {one.repository}")
        others = [each.common_tag for each in found if each.image == one.image]
        if set(others) != {one.common_tag}:
            raise UsageError(f"the arches of {one.image} differ: {', '.join(sorted(set(others)))}")
    return found


def _create(name: str, references: Sequence[str]) -> None:
    # A tag at a time: buildx pushes several side by side, and a registry that keeps its data in
    # files (distribution 2.8) may answer for one while it writes the other's list, with a 500.
    run(["docker", "buildx", "imagetools", "create", f"--tag={name}", *references])


def _check_same(engine: Engine, target: Target, pushed: Pushed) -> None:
    """Raises ServiceError unless the layers in the registry are those that were built here."""
    here = find(engine, target).attrs["RootFS"]["Layers"]
    format_ = "{{json .Image}}"
    told = run(
        ["docker", "buildx", "imagetools", "inspect", pushed.reference, f"--format={format_}"]
    )
    there = json.loads(told)
    # With attestations beside it, the answer is by platform.
    there = there.get(f"linux/{target.arch}", there)
    if there["rootfs"]["diff_ids"] != here:
        raise ServiceError(
            f"{pushed.reference} is not the {target.tag} of this machine, as files changed after "
            "it was built or the build cache lost its layers: ./invoke build --image "
            f"{target.image} --arch {target.arch}, test it, and push again"
        )
