"""`.github/matrix.py`, run as the workflow runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from commands import ROOT
from commands.process import program


def target(arch: str) -> dict[str, Any]:
    return {"context": ".", "platforms": [f"linux/{arch}"]}


# As buildx prints it: the target with a matrix has become a group, and a base that images are made
# from is a target too.
BAKE = {
    "group": {
        "default": {"targets": ["image"]},
        "image": {
            "targets": ["ray-amd64", "ray-arm64", "object-store-amd64", "object-store-arm64"]
        },
    },
    "target": {
        "base": {"context": "."},
        "object-store-amd64": target("amd64"),
        "object-store-arm64": target("arm64"),
        "ray-amd64": target("amd64"),
        "ray-arm64": target("arm64"),
    },
}


def derive(bake: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / ".github/matrix.py"],
        input=json.dumps(bake),
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_arch_has_its_runner_and_its_images() -> None:
    done = derive(BAKE)
    assert done.returncode == 0
    name, _, value = done.stdout.partition("=")
    # One line: the form of $GITHUB_OUTPUT.
    assert (name, value.count("\n")) == ("matrix", 1)
    assert json.loads(value) == {
        "include": [
            {"arch": "amd64", "runner": "ubuntu-24.04", "images": ["object-store", "ray"]},
            {"arch": "arm64", "runner": "ubuntu-24.04-arm", "images": ["object-store", "ray"]},
        ]
    }


def test_the_images_are_the_folders() -> None:
    if (docker := program("docker")) is None:
        pytest.skip("docker is not on this machine")
    printed = subprocess.run(
        [docker, "buildx", "bake", "-f", "images/docker-bake.hcl", "--print"],
        cwd=ROOT,
        # CI has none of the variables that a machine may have for its builds.
        env={name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert printed.returncode == 0, printed.stderr
    done = derive(json.loads(printed.stdout))
    folders = sorted(file.parent.name for file in ROOT.glob("images/*/Dockerfile"))
    rows = json.loads(done.stdout.partition("=")[2])["include"]
    assert [row["images"] for row in rows] == [folders, folders]


def test_an_image_may_be_for_one_arch() -> None:
    done = derive(BAKE | {"group": {"default": {"targets": ["ray-arm64"]}}})
    assert json.loads(done.stdout.partition("=")[2])["include"] == [
        {"arch": "arm64", "runner": "ubuntu-24.04-arm", "images": ["ray"]}
    ]


@pytest.mark.parametrize(
    ("name", "platforms"),
    [
        ("ray", ["linux/amd64"]),
        ("ray-riscv64", ["linux/riscv64"]),
        ("ray-amd64", ["linux/arm64"]),
        ("ray-amd64", ["linux/amd64", "linux/arm64"]),
        ("ray-amd64", []),
    ],
)
def test_a_target_that_is_no_image_of_one_arch_is_refused(name: str, platforms: list[str]) -> None:
    done = derive(
        {"group": {"default": {"targets": [name]}}, "target": {name: {"platforms": platforms}}}
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"error: target {name} has platforms {platforms}: ")


def test_no_images_are_an_error() -> None:
    done = derive({"group": {"default": {"targets": []}}, "target": {}})
    assert (done.returncode, done.stderr) == (1, "error: bake's default group is empty\n")
