"""The image ray, of each arch: what is in it, what is not, that Ray and the kernel work there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from commands import ROOT
from images.build import Row
from images.engine import Engine
from tests.images.ray.containers import Inside, inside

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
# About half of what rayproject/ray has, see docs/images.md; the weights of an encoder are 83 MB.
MOST_BYTES = 470_000_000
TESTING = [
    "attrs",
    "hypothesis",
    "iniconfig",
    "packaging",
    "pluggy",
    "pygments",
    "pytest",
    "sortedcontainers",
]
SOURCES = "/opt/ray-on-aws"
KERNEL = f"{SOURCES}/tests/workloads/text/test_kernel.py"
# Each takes minutes where it is emulated; CI runs them on a machine of each arch.
NOT_EMULATED = "not every_character and not all_three and not reference and not behind_the_buffer"
LIST = """
from importlib.metadata import distributions
for one in distributions():
    print(one.metadata['Name'].lower().replace('_', '-'), one.version, sep='==')
"""
UNCOMPILED = """
import importlib.util, pathlib, sysconfig
for file in pathlib.Path(sysconfig.get_path("purelib")).rglob("*.py"):
    if not pathlib.Path(importlib.util.cache_from_source(str(file))).exists(): print(file)
"""
TASK = """
import platform
from workloads.files.distribute import start_ray
start_ray()
import ray
print("ran on", ray.get(ray.remote(platform.machine).remote()))
"""


@pytest.fixture(scope="module")
def ray(
    arch: str, engine: Engine, built: list[Row], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Inside]:
    """A container of each arch, with our tests and what they need beside what is in the image."""
    assert built
    site = tmp_path_factory.mktemp(f"site-{arch}")
    install_testing(arch, site)
    tests = {ROOT / "tests": f"{SOURCES}/tests"}
    with inside(engine, arch, {site: "/site", **tests}) as running:
        yield running


def install_testing(arch: str, folder: Path) -> None:
    """Puts pytest and Hypothesis for an arch into a folder, in the versions of the lock."""
    lock = (ROOT / "requirements.lock").read_text()
    found = [re.search(rf"^{name}==.*(\n    --hash=.*)+", lock, re.MULTILINE) for name in TESTING]
    file = folder / "requirements.txt"
    file.write_text("".join(f"{one[0]}\n" for one in found if one))
    platform = f"{MACHINES[arch]}-manylinux_2_28"
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--python-platform", platform]
    command += ["--python-version", "3.11", "--target", str(folder), "--requirement", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # As the user of the container, whoever that is here.
    subprocess.run(["chmod", "--recursive", "a+rX", str(folder), str(folder.parent)], check=True)


@cache
def packages(inside: Inside) -> frozenset[str]:
    return frozenset(inside.run("python", "-c", LIST).splitlines())


def locked(machine: str) -> frozenset[str]:
    """What the lock of the image has for Linux on a machine."""
    text = (ROOT / "images/ray/requirements.lock").read_text()
    lines = re.findall(r"^[^\s#].*?==.*?(?= \\$)", text, re.MULTILINE)
    where = {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": machine}
    where |= {"python_version": "3.11", "python_full_version": "3.11.2", "os_name": "posix"}
    named = [Requirement(line) for line in lines]
    return frozenset(
        f"{one.name}{one.specifier}"
        for one in named
        if one.marker is None or one.marker.evaluate({**where, "implementation_name": "cpython"})
    )


def test_its_user_is_not_root_and_may_not_write(ray: Inside) -> None:
    assert ray.run("id", "-u") == "1000"
    code, said = ray.ask("touch", "/home/ray/file")
    assert (code, "Read-only file system" in said) == (1, True)


def test_what_a_cluster_launcher_calls_is_there(ray: Inside) -> None:
    assert ray.run("bash", "--login", "-c", "ray --version").startswith("ray, version 2.60.0")
    for program in ("rsync --version", "ssh -V", "ps -e", "pgrep --version", "tini --version"):
        ray.run(*program.split())


def test_nothing_to_build_with_is_there(ray: Inside) -> None:
    for program in ("gcc", "cc", "c++", "make", "pip", "pip3", "uv"):
        assert ray.ask("which", program)[0] == 1, program
    code, said = ray.ask("python", "-m", "pip")
    assert (code, "No module named pip" in said) == (1, True)


def test_its_packages_are_those_of_the_lock(ray: Inside, arch: str) -> None:
    assert packages(ray) == locked(MACHINES[arch])


def test_every_module_of_a_package_is_compiled(ray: Inside) -> None:
    assert ray.run("python", "-c", UNCOMPILED) == ""


@pytest.mark.parametrize("module", ["workloads.text.kernel", "workloads.files.job", "cluster.node"])
def test_what_a_node_runs_is_in_it(ray: Inside, module: str) -> None:
    ray.run("python", "-c", f"import {module}")


def test_what_stays_on_the_machine_of_who_types_is_not_in_it(ray: Inside) -> None:
    names = [
        "cluster.compose",
        "commands",
        "images",
        "daft",
        "duckdb",
        "polars",
        "docker",
        "pytest",
    ]
    find = "import importlib.util as u; print([n for n in {} if u.find_spec(n)])"
    assert ray.run("python", "-c", find.format(names)) == "[]"


def test_a_task_of_ray_runs(ray: Inside, arch: str, engine: Engine) -> None:
    if arch != engine.arch:
        pytest.skip("emulated, Ray starts in minutes; the mini-cluster's tests wait for it")
    said = ray.run("python", "-c", TASK)
    assert said.splitlines()[-1] == f"ran on {MACHINES[arch]}"


def test_the_kernel_does_what_it_is_to_do(ray: Inside, arch: str, engine: Engine) -> None:
    emulated = ["-p", "tests.images.ray.few", "-k", NOT_EMULATED] if arch != engine.arch else []
    options = ["--noconftest", "--import-mode=importlib", "-p", "no:cacheprovider", "-q"]
    said = ray.run(
        *("python", "-m", "pytest", "-c", "/dev/null", *options, *emulated, KERNEL),
        environment={
            "PYTHONPATH": f"{SOURCES}:/site",
            # The same examples each time.
            "CI": "true",
        },
    )
    assert re.search(r"\d\d passed", said.splitlines()[-1]), said


def test_the_arches_hold_the_same_and_weigh_about_as_much(built: list[Row]) -> None:
    sizes = {
        row.built.target.arch: row.compressed for row in built if row.built.target.image == "ray"
    }
    assert max(sizes.values()) <= MOST_BYTES
    assert max(sizes.values()) <= 1.15 * min(sizes.values())
    assert locked("x86_64") == locked("aarch64")
