"""How much of a machine the containers may take: never more than it has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cluster.compose.size import GIB, variables

ARCHES = st.sampled_from(["amd64", "arm64"])
WORKERS = st.fixed_dictionaries({"amd64": st.integers(0, 8), "arm64": st.integers(0, 8)}).filter(
    lambda workers: any(workers.values())
)
CPUS = st.integers(1, 256)
MEMORY = st.integers(2 * GIB, 1024 * GIB)


@given(ARCHES, CPUS, MEMORY, WORKERS)
def test_all_together_fit_into_the_machine(
    arch: str, cpus: int, memory: int, workers: dict[str, int]
) -> None:
    sizes = variables(arch, cpus, memory, workers, {})
    number = sum(workers.values())
    limits = int(sizes["HEAD_MEMORY"]) + int(sizes["STORE_MEMORY"])
    assert limits + number * int(sizes["WORKER_MEMORY"]) <= memory


@given(ARCHES, CPUS, MEMORY, WORKERS)
def test_what_a_worker_uses_fits_into_its_limit(
    arch: str, cpus: int, memory: int, workers: dict[str, int]
) -> None:
    sizes = variables(arch, cpus, memory, workers, {})
    worker, shared = int(sizes["WORKER_MEMORY"]), int(sizes["SHARED_MEMORY"])
    objects, tasks = int(sizes["OBJECT_STORE_MEMORY"]), int(sizes["WORKER_TASK_MEMORY"])
    assert 0 < objects < shared < worker
    assert shared < int(sizes["HEAD_MEMORY"])
    assert tasks > 0
    assert tasks + objects < worker


@given(ARCHES, CPUS, MEMORY, WORKERS)
def test_the_machines_own_workers_share_its_cores_and_others_have_one(
    arch: str, cpus: int, memory: int, workers: dict[str, int]
) -> None:
    sizes = variables(arch, cpus, memory, workers, {})
    assert sizes["ARCH"] == arch
    for each, number in workers.items():
        given_ = int(sizes[f"{each.upper()}_CPUS"])
        assert given_ >= 1
        if each == arch:
            assert given_ * number <= max(cpus, number)
        else:
            assert given_ == 1


def test_a_mac_with_apple_silicon_has_native_arm64() -> None:
    sizes = variables("arm64", 10, 16 * GIB, {"amd64": 1, "arm64": 1}, {})
    assert (sizes["ARCH"], sizes["ARM64_CPUS"], sizes["AMD64_CPUS"]) == ("arm64", "10", "1")


def test_other_ports_are_taken_from_the_environment() -> None:
    workers = {"amd64": 1, "arm64": 0}
    usual = variables("amd64", 2, 8 * GIB, workers, {"PATH": "/bin"})
    assert not usual.keys() & {"DASHBOARD_PORT", "STORE_PORT", "PATH"}
    named = variables("amd64", 2, 8 * GIB, workers, {"RAY_ON_AWS_STORE_PORT": "0"})
    assert named == usual | {"STORE_PORT": "0"}
