"""`./invoke push`: at once, in two steps from several machines, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands import push as module
from images.engine import QEMU, run
from tests.images.registries import Tree, free_port

CREATE = ("docker", "buildx", "imagetools", "create")


def platforms(reference: str) -> set[str]:
    """What a manifest list has images for."""
    listed = json.loads(run(["docker", "buildx", "imagetools", "inspect", "--raw", reference]))
    found = {one["platform"]["architecture"] for one in listed["manifests"]}
    return found - {"unknown"}


@pytest.fixture(autouse=True)
def _logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")


def test_both_arches_are_pushed_and_listed(
    registry: str, in_tree: Tree, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_tree
    module.push(Context(), registry=f"{registry}/", image="object-store", also="one", sbom=False)
    assert platforms(f"{registry}/object-store:one") == set(QEMU)
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith(f"/object-store:amd64 to {registry}/object-store")
    assert said[-1] == f"{registry}/object-store:one (amd64, arm64)"


def test_an_arch_at_a_time_leaves_notes_and_no_list(
    registry: str, in_tree: Tree, tmp_path: Path
) -> None:
    assert in_tree
    notes = tmp_path / "notes"
    for arch in QEMU:
        module.push(
            *(Context(), f"{registry}/steps", arch, "object-store"), sbom=False, digests=str(notes)
        )
    assert sorted(file.name for file in notes.iterdir()) == [
        f"object-store-{arch}.json" for arch in sorted(QEMU)
    ]
    with pytest.raises(Exit, match="has no note of ray-amd64, ray-arm64") as caught:
        module.push(Context(), registry=f"{registry}/steps", merge=str(notes))
    assert caught.value.code == 2
    for arch in QEMU:
        note = (notes / f"object-store-{arch}.json").read_text()
        # As if the other image had the same content: what is merged is in the registry.
        fields = json.loads(note) | {"image": "ray"}
        fields["repository"] = f"{registry}/steps/ray"
        (notes / f"ray-{arch}.json").write_text(json.dumps(fields))
        source = f"{registry}/steps/object-store@{fields['digest']}"
        run([*CREATE, f"--tag={registry}/steps/ray:{arch}", source])
    module.push(Context(), registry=f"{registry}/steps", merge=str(notes), also="merged")
    for image in ("object-store", "ray"):
        assert platforms(f"{registry}/steps/{image}:merged") == set(QEMU)


def test_notes_are_left_or_merged() -> None:
    with pytest.raises(Exit, match="give one of them") as caught:
        module.push(Context(), registry="127.0.0.1:9/team", digests="a", merge="b")
    assert caught.value.code == 2


@pytest.mark.usefixtures("in_tree")
def test_a_registry_that_does_not_answer_is_a_failure(
    tmp_path: Path,
) -> None:
    nowhere = f"127.0.0.1:{free_port()}/team"
    with pytest.raises(Exit, match="connection refused") as caught:
        module.push(Context(), registry=nowhere, image="object-store", sbom=False)
    assert (caught.value.code, (tmp_path / "results/logs").is_dir()) == (1, True)
