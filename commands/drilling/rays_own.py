"""The cluster launched again over itself with Ray's own provider, and back.

It is launched again, and not a second node type without the key `Fleet` put beside the first: that
one would go through our provider's code, and what is shown is Ray without any of it.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from cluster.aws import launcher
from cluster.aws.files import Files
from cluster.node.fleet.wish import KEY
from commands.drilling.stage import Stage, least
from errors import ServiceError

Tell = Callable[[str], None]
FOLDER = "rays-own"
SECONDS_TO_JOIN, SECONDS_BETWEEN_LOOKS = 240.0, 1.0


def config(ours: Mapping[str, Any]) -> dict[str, Any]:
    """The same config for Ray's own provider: of each fleet, its first type alone."""
    found = copy.deepcopy(dict(ours))
    found["provider"]["type"] = "aws"
    found["provider"].pop("module", None)
    for one in found["available_node_types"].values():
        one["node_config"].pop(KEY, None)
    return found


@contextmanager
def rays_own(stage: Stage, tell: Tell) -> Iterator[None]:
    """The cluster has Ray's own provider while the context lasts, and then the one it had.

    Its head and workers stay; Ray itself is started again on each.

    Raises:
        ServiceError: Ray's launcher failed, or the workers did not come back.
    """
    files = Files(Path(stage.remote.config).parent)
    other = Files(files.folder / FOLDER)
    other.folder.mkdir(exist_ok=True, mode=0o700)
    other.config.write_text(yaml.safe_dump(config(stage.config), sort_keys=False))
    try:
        tell("-- the same config with Ray's own provider is launched over it")
        _up(stage, other, tell)
        settle(stage, tell)
        yield
    finally:
        _back(stage, files, tell)
    settle(stage, tell)


def _back(stage: Stage, files: Files, tell: Tell) -> None:
    """Launches what the user had launched."""
    tell("-- the config is launched again as it was; Ctrl-C now leaves Ray's own provider")
    try:
        _up(stage, files, tell)
    except BaseException:
        tell(
            f"the cluster may have Ray's own provider still: ./invoke launch --target "
            f"{stage.launched.target} with the same --cluster as before puts yours back"
        )
        raise


def _up(stage: Stage, files: Files, tell: Tell) -> None:
    """Launches; once more where that fails, as a machine that is busy may be too slow for Ray."""
    try:
        launcher.up(stage.account, files, tell)
    except ServiceError as error:
        tell(f"once more, as it failed: {str(error).partition('.')[0]}")
        launcher.up(stage.account, files, tell)


def settle(stage: Stage, tell: Tell) -> None:
    """Waits until Ray has just the workers that EC2 has, as many as the config keeps at least.

    Raises:
        ServiceError: they do not.
    """
    give_up = time.monotonic() + SECONDS_TO_JOIN
    seen = ""
    while missing := _missing(stage):
        if missing != seen:
            tell(missing)
            seen = missing
        if time.monotonic() > give_up:
            raise ServiceError(f"after {SECONDS_TO_JOIN:.0f} s {missing}: see ./invoke status")
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _missing(stage: Stage) -> str:
    """What is not there yet; empty where all is."""
    try:
        joined = len(stage.all_workers())
    except ServiceError as error:
        # As Ray has just been started; it is told where that lasts.
        return str(error)
    there = [one for one in stage.instances() if one.state in ("pending", "running")]
    wanted = max(sum(not one.head for one in there), least(stage.all_types()))
    return "" if joined == wanted else f"Ray has {joined} worker(s), and should have {wanted}"
