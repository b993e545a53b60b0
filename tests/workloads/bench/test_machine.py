import json
import os
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from workloads.bench import machine

NITRO = {"sys_vendor": "Amazon EC2\n", "product_name": "c7g.large\n"}


def put(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def cores(*facts: str) -> str:
    return "\n".join(f"processor\t: {core}\n" + "\n".join(facts) + "\n" for core in range(2))


def test_this_machine_is_described() -> None:
    found = machine.describe()
    assert found.arch in {"amd64", "arm64"}
    assert found.cpu
    assert 1 <= found.vcpus <= (os.cpu_count() or 1)
    assert found.memory_bytes > 2**28
    assert {"python", "ray", "pyarrow", "numpy"} <= found.versions.keys()
    told = asdict(found)
    assert json.loads(json.dumps(told)) == {**told, "instance_types": list(found.instance_types)}


@pytest.mark.parametrize(
    ("reported", "arch"),
    [("x86_64", "amd64"), ("AMD64", "amd64"), ("aarch64", "arm64"), ("arm64", "arm64")],
)
def test_arch_has_one_name(reported: str, arch: str) -> None:
    assert machine.arch(reported) == arch


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (("vendor_id\t: GenuineIntel", "model name\t: Intel(R) Xeon(R) 6975P-C"), None),
        (("CPU implementer\t: 0x41", "CPU part\t: 0xd40"), "Neoverse-V1 (Graviton3)"),
        (("CPU implementer\t: 0x61", "CPU part\t: 0x000"), "Apple part 0x000"),
        (("CPU implementer\t: 0x99", "CPU part\t: 0x001"), "0x99 part 0x001"),
        (("BogoMIPS\t: 100.00",), ""),
    ],
)
def test_a_name_is_made_of_what_the_kernel_tells(facts: tuple[str, ...], name: str | None) -> None:
    expected = "Intel(R) Xeon(R) 6975P-C" if name is None else name
    assert machine.cpu_name_from(cores(*facts)) == expected


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="reads /proc")
def test_ec2_adds_the_instance_type(tmp_path: Path) -> None:
    put(tmp_path, "proc/cpuinfo", cores("CPU implementer\t: 0x41", "CPU part\t: 0xd40"))
    assert machine.cpu_name(tmp_path) == "Neoverse-V1 (Graviton3)"
    assert machine.instance_types(tmp_path) == ()
    for name, text in NITRO.items():
        put(tmp_path, f"sys/class/dmi/id/{name}", text)
    assert machine.cpu_name(tmp_path) == "Neoverse-V1 (Graviton3), c7g.large"
    assert machine.instance_types(tmp_path) == ("c7g.large",)


def test_a_system_that_tells_nothing_still_has_a_name(tmp_path: Path) -> None:
    assert machine.cpu_name(tmp_path)


def test_the_smallest_limit_on_the_way_up_binds(tmp_path: Path) -> None:
    put(tmp_path, "proc/self/cgroup", "1:cpu:/old\n0::/slice/job\n")
    put(tmp_path, "sys/fs/cgroup/slice/job/cpu.max", "400000 100000\n")
    put(tmp_path, "sys/fs/cgroup/slice/job/memory.max", "2000\n")
    put(tmp_path, "sys/fs/cgroup/slice/cpu.max", "150000 100000\n")
    put(tmp_path, "sys/fs/cgroup/slice/memory.max", "1000\n")
    assert machine.cgroup_limits(tmp_path) == (2, 1000)


def test_a_container_sees_its_own_limit_at_the_root(tmp_path: Path) -> None:
    put(tmp_path, "proc/self/cgroup", "0::/\n")
    put(tmp_path, "sys/fs/cgroup/cpu.max", "50000 100000\n")
    put(tmp_path, "sys/fs/cgroup/memory.max", "max\n")
    assert machine.cgroup_limits(tmp_path) == (1, None)


@pytest.mark.parametrize("own", ["", "0::/\n", "0::/../outside\n", "4:memory:/v1\n"])
def test_no_limit_is_none(tmp_path: Path, own: str) -> None:
    put(tmp_path, "proc/self/cgroup", own)
    assert machine.cgroup_limits(tmp_path) == (None, None)


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
