"""The cluster configs: YAML for Ray's cluster launcher, with what the infra has left open.

What stands in `${name}` is filled in at launch. See `fill.py` for the names.
"""

from __future__ import annotations

from pathlib import Path

from errors import UsageError

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The configs of this project."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def find(cluster: str) -> Path:
    """The file of a config.

    Args:
        cluster: the name of one of ours, or the path of any YAML for Ray's launcher.

    Raises:
        UsageError: it is neither.
    """
    if cluster in names():
        return FOLDER / f"{cluster}.yaml"
    if Path(cluster).is_file():
        return Path(cluster)
    raise UsageError(
        f"'{cluster}' is no cluster config: choose {', '.join(names())}, or name a YAML file"
    )
