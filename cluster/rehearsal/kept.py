"""The emulated account as `infra.up` left it, kept from one rehearsal to the next.

Making network and rights takes Terraform a quarter of a minute, most of it waiting for what AWS
takes its time with. They are made once for what describes them; the next rehearsal starts with an
account that has them, as a user's has from the second day on.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import moto

from cluster import infra
from cluster.rehearsal import gaps
from cluster.rehearsal.memory import FILE
from cluster.rehearsal.world import World

FOLDER = "rehearsal-account"
TERRAFORM = "infra"


def restore(world: World) -> None:
    """Puts the account in place, where one is kept and the rehearsal has none yet."""
    folder, kept = Path(world.folder), _place(world)
    if (folder / FILE).exists() or not (kept / FILE).exists():
        return
    shutil.copytree(kept / TERRAFORM, folder / TERRAFORM, dirs_exist_ok=True)
    shutil.copy(kept / FILE, folder / FILE)


def keep(world: World) -> None:
    """Keeps the account as it is, in place of those of other descriptions."""
    kept = _place(world)
    if kept.parent.exists():
        shutil.rmtree(kept.parent)
    kept.mkdir(parents=True, mode=0o700)
    shutil.copytree(Path(world.folder) / TERRAFORM, kept / TERRAFORM)
    # Last, as it is what says that all is there.
    shutil.copy(Path(world.folder) / FILE, kept / FILE)


def _place(world: World) -> Path:
    """The folder for what the sources describe now, with these addresses."""
    described = hashlib.sha256(f"{moto.__version__} {world.prefix}".encode())
    for package in (infra, gaps):
        root = Path(package.__path__[0])
        for file in sorted(root.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                described.update(str(file.relative_to(root)).encode() + file.read_bytes())
    return Path(world.folder).parent / FOLDER / described.hexdigest()[:16]
