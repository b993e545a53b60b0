"""What commands remember of a cluster, from one call to the next."""

from __future__ import annotations

import os
from pathlib import Path

from cluster.launched import Launched, recall
from commands import ROOT
from errors import UsageError

VARIABLE = "RAY_ON_AWS_STATE"


def folder() -> Path:
    """The folder for it, which only its owner may enter."""
    state = Path(os.environ.get(VARIABLE) or ROOT / ".launched").absolute()
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    return state


def launched(target: str = "") -> Launched:
    """The cluster that was launched.

    Args:
        target: that it is to be of; empty for any.

    Raises:
        UsageError: there is none, or it is of another target.
    """
    found = recall(folder())
    if found is None:
        raise UsageError("no cluster is launched: ./invoke launch starts one on this machine")
    if target not in ("", found.target):
        raise UsageError(f"the cluster that is launched is of target {found.target}, not {target}")
    return found
