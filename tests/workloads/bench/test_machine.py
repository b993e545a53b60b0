import json
import os
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

from tests.workloads.bench.builders import MACHINE
from workloads.bench import machine
from workloads.bench.case import Machine


def test_this_machine_is_described() -> None:
    found = machine.describe()
    assert found.arch in {"amd64", "arm64"}
    assert found.cpu
    assert 1 <= found.vcpus <= (os.cpu_count() or 1)
    assert found.memory_bytes > 2**28
    assert {"python", "ray", "pyarrow", "numpy"} <= found.versions.keys()
    told = asdict(found)
    assert found == Machine.from_dict(json.loads(json.dumps(told)))
    assert found.cpu_sets
    assert set(found.cpu_used.values()) <= {*found.cpu_sets}


def test_nodes_together_name_what_differs_side_by_side() -> None:
    sapphire = replace(
        MACHINE,
        cpu="Intel(R) Xeon(R) 8488C",
        cpu_sets=("avx2", "avx512f", "amx_int8"),
        cpu_used={**MACHINE.cpu_used, "int8": "amx_int8"},
    )
    found = machine.together([MACHINE, sapphire, MACHINE], 6)
    assert found == replace(
        MACHINE,
        cpu="AMD EPYC 9R14, c7a.large and Intel(R) Xeon(R) 8488C",
        vcpus=6,
        memory_bytes=3 * MACHINE.memory_bytes,
        instance_types=("c7a.large",) * 3,
        cpu_sets=("avx2", "avx512f", "avx512_vnni", "amx_int8"),
        cpu_used={**MACHINE.cpu_used, "int8": "avx512_vnni and amx_int8"},
    )
    assert machine.together([MACHINE, MACHINE], 4).cpu_used == MACHINE.cpu_used


def test_the_environment_names_the_commit_first(tmp_path: Path) -> None:
    assert machine.commit(tmp_path, {"RAY_ON_AWS_COMMIT": "feedface"}) == "feedface"


def test_without_a_repository_the_commit_is_unknown(tmp_path: Path) -> None:
    inner = repository(tmp_path) / "inside"
    inner.mkdir()
    assert machine.commit(inner, {}) == "unknown"


def test_a_repository_without_commits_is_unknown(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert machine.commit(tmp_path, {}) == "unknown"


def test_a_commit_is_dirty_when_tracked_files_changed(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    clean = machine.commit(folder, {})
    assert len(clean) == 12
    (folder / "untracked").write_text("", encoding="utf-8")
    assert machine.commit(folder, {}) == clean
    (folder / "tracked").write_text("changed", encoding="utf-8")
    assert machine.commit(folder, {}) == f"{clean}-dirty"


def repository(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    (folder / "tracked").write_text("", encoding="utf-8")
    git(folder, "add", "tracked")
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    git(folder, *identity, "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "first")
    return folder


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(("git", "-C", str(folder), *arguments), check=True, timeout=60)
