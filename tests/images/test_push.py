"""Pushing, to a registry of this machine: each arch, and then one list over both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from errors import ServiceError, UsageError
from images.build import build
from images.engine import QEMU, Engine, run
from images.push import Pushed, choose, publish, published, push, read, write
from tests.images.registries import Tree, free_port, names

IMAGES = ["object-store"]


@pytest.fixture(scope="module")
def pushed(engine: Engine, registry: str, tree: Tree) -> list[Pushed]:
    """The object store for both arches, in the registry."""
    log = tree.folder.parent / "push.log"
    with tree.in_place():
        chosen = choose(engine, IMAGES, [], unclean=False)
        return [push(engine, one, registry, log, sbom=False) for one in chosen]


def inspect(reference: str) -> Any:
    return json.loads(run(["docker", "buildx", "imagetools", "inspect", "--raw", reference]))


def test_a_list_joins_the_arches_and_their_provenance(pushed: list[Pushed], registry: str) -> None:
    told: list[str] = []
    version, latest = publish(pushed, ["latest"], told.append)
    assert version == f"{registry}/object-store:{pushed[0].common_tag}"
    assert latest == f"{registry}/object-store:latest"
    assert told == [f"{name} (amd64, arm64)" for name in (version, latest)]
    assert inspect(version) == inspect(latest)
    images, attestations = {}, set()
    for one in inspect(version)["manifests"]:
        if one.get("annotations", {}).get("vnd.docker.reference.type") == "attestation-manifest":
            attestations.add(one["annotations"]["vnd.docker.reference.digest"])
            manifest = inspect(f"{registry}/object-store@{one['digest']}")
            predicates = [each["annotations"] for each in manifest["layers"]]
            assert "slsa.dev/provenance" in json.dumps(predicates)
        else:
            images["{os}/{architecture}".format(**one["platform"])] = one["digest"]
    assert sorted(images) == [f"linux/{arch}" for arch in sorted(QEMU)]
    assert attestations == set(images.values())


def test_each_is_in_the_registry_under_its_own_tag_and_not_in_the_engine(
    engine: Engine, pushed: list[Pushed], registry: str
) -> None:
    assert names(engine, f"{registry}/*") == []
    for one in pushed:
        assert inspect(one.reference) == inspect(f"{one.repository}:{one.tag}")
        assert one.tag == f"{one.common_tag}-{one.arch}"


def test_notes_of_each_arch_make_the_list_on_another_machine(
    pushed: list[Pushed], registry: str, tmp_path: Path
) -> None:
    # The other image is as if pushed; its notes are only read here.
    notes = tmp_path / "notes"
    others = [replace(one, image="ray", repository=f"{registry}/ray") for one in pushed]
    for one in (*pushed, *others):
        write(one, notes)
    found = read(notes, registry)
    assert sorted(found, key=str) == sorted([*pushed, *others], key=str)
    mine = [one for one in found if one.image == "object-store"]
    (name,) = publish(mine, ["merged"], print)[1:]
    assert name == f"{registry}/object-store:merged"
    assert len(inspect(name)["manifests"]) == 4

    with pytest.raises(UsageError, match=f"was pushed to {registry}/object-store"):
        read(notes, "ghcr.io/other")
    write(replace(pushed[0], tag=f"another-{pushed[0].arch}"), notes)
    with pytest.raises(UsageError, match="the arches of object-store differ: another, rclone"):
        read(notes, registry)
    (notes / "ray-arm64.json").unlink()
    with pytest.raises(UsageError, match="has no note of ray-arm64: push these first"):
        read(notes, registry)


def test_what_is_listed_is_listed_again_under_more_tags_one_after_another(
    pushed: list[Pushed], registry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A registry that is asked for two tags of one list at once fails now and then.
    given = []

    def recorded(command: Sequence[str], **options: Any) -> str:
        given.append([one for one in command if one.startswith("--tag=")])
        return run(command, **options)

    monkeypatch.setattr("images.push.run", recorded)
    more = [f"again-{number}" for number in range(10)]
    first, *others = publish(pushed, more, print)
    assert given == [[f"--tag={name}"] for name in (first, *others)]
    assert others == [f"{registry}/object-store:{name}" for name in more]
    assert {json.dumps(inspect(name)) for name in others} == {json.dumps(inspect(first))}


def test_what_was_not_built_from_a_clean_tree_is_refused(
    engine: Engine, in_tree: Tree, tmp_path: Path
) -> None:
    (in_tree.folder / "new").touch()
    own = [engine.arch]
    build(IMAGES, own, kept=tmp_path / "kept", tell=print)
    try:
        with pytest.raises(UsageError, match=r"object-store:\w+ was not built from a clean tree"):
            choose(engine, IMAGES, own, unclean=False)
        (built,) = choose(engine, IMAGES, own, unclean=True)
        assert built.commit.endswith("-dirty")
    finally:
        (in_tree.folder / "new").unlink()
        build(IMAGES, own, kept=tmp_path / "kept", tell=print)


def test_a_source_that_changed_since_the_build_is_noticed(
    engine: Engine, registry: str, in_tree: Tree, tmp_path: Path
) -> None:
    (built,) = choose(engine, IMAGES, [engine.arch], unclean=False)
    with (in_tree.folder / "images/object-store/healthy").open("a") as file:
        file.write("# changed\n")
    with pytest.raises(ServiceError, match="files changed after it was built"):
        push(engine, built, registry, tmp_path / "push.log", sbom=False)


@pytest.mark.usefixtures("in_tree")
def test_a_registry_that_does_not_answer_is_told(engine: Engine, tmp_path: Path) -> None:
    (built,) = choose(engine, IMAGES, [engine.arch], unclean=False)
    nowhere = f"127.0.0.1:{free_port()}/team"
    said = f"{built.target.tag} was not pushed to {nowhere}/object-store: .*connection refused"
    with pytest.raises(ServiceError, match=said) as caught:
        push(engine, built, nowhere, tmp_path / "push.log", sbom=False)
    assert "\n" not in str(caught.value)


def test_nothing_built_is_told_with_how_to_build(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAMESPACE", "ray-on-aws-never-built")
    with pytest.raises(UsageError, match=r"no image is built yet: \./invoke build"):
        choose(engine, [], [], unclean=True)


@pytest.mark.usefixtures("engine")
def test_the_rehearsals_machine_goes_to_no_registry_unless_it_is_named() -> None:
    assert {one.image for one in published()} == {"object-store", "ray"}
    (named,) = published(["instance"], ["amd64"])
    assert named.image == "instance"
