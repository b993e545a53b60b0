"""What commands remember of a cluster, from one call to the next."""

from __future__ import annotations

import os
from pathlib import Path

from cluster.launched import Launched, recall
from commands import ROOT
from errors import UsageError

VARIABLE = "RAY_ON_AWS_STATE"
REHEARSAL = "rehearsal"


def folder() -> Path:
    """The folder for it, which only its owner may enter."""
    state = Path(os.environ.get(VARIABLE) or ROOT / ".launched").absolute()
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return state


def recalled() -> Launched | None:
    """The cluster that was launched, if one is; its AWS is from here on the one that is meant."""
    found = recall(folder())
    if found is not None and found.target == REHEARSAL:
        from cluster.rehearsal.world import read

        if world := read(folder()):
            os.environ.update(world.variables)
    return found


def launched(target: str = "") -> Launched:
    """The cluster that was launched.

    Args:
        target: that it is to be of; empty for any.

    Raises:
        UsageError: there is none, or it is of another target.
        ServiceError: it is in a rehearsal whose control plane does not answer.
    """
    found = recalled()
    if found is None:
        raise UsageError("no cluster is launched: ./invoke launch starts one on this machine")
    if target not in ("", found.target):
        raise UsageError(f"the cluster that is launched is of target {found.target}, not {target}")
    if found.target == REHEARSAL:
        _check_rehearsal()
    return found


def _check_rehearsal() -> None:
    """Sees that emulated EC2 answers, or each command would tell of its own way to it.

    Raises:
        ServiceError: it does not, as after this machine was switched off.
    """
    from cluster.rehearsal.asking import ask
    from cluster.rehearsal.world import read

    if world := read(folder()):
        ask(world, "health")


def refuse_another(target: str, name: str = "") -> None:
    """Sees that no other cluster is launched, or `down` would not know which one is meant.

    Args:
        target: of the cluster that is to be launched.
        name: of it; empty where a target has only one.

    Raises:
        UsageError: another one is.
    """
    found = recall(folder())
    if found is None or (found.target == target and name in ("", found.name)):
        return
    raise UsageError(
        f"the cluster {found.name} of target {found.target} is launched: ./invoke down first, or "
        f"set {VARIABLE} to another folder for this one"
    )
