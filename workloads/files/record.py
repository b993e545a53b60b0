"""What an output folder is the result of, kept in the folder itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from errors import OutputError
from workloads.files.commit import whole_file
from workloads.files.places import Folder

# Begins with an underscore, so that no reader takes it for data.
RECORD = "_run.json"


def claim(folder: Folder, run: Mapping[str, Any]) -> bool:
    """Makes the folder this run's; true where it was so before, so that finished files count.

    Args:
        folder: where the run writes.
        run: what decides the content of its files, as JSON has it.

    Raises:
        OutputError: the folder holds files of another run, or files that no run of ours made.
    """
    wanted = json.loads(json.dumps(run))
    written = folder.read(RECORD)
    if written is not None:
        _check(folder, _parsed(folder, written), wanted)
        return True
    if folder.files():
        raise OutputError(
            f"{folder.uri} holds files that no run of this project made: choose an empty folder"
        )
    with whole_file(folder, RECORD) as file:
        file.write(json.dumps(wanted, indent=2, ensure_ascii=False).encode())
    return False


def _parsed(folder: Folder, content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise OutputError(
            f"{folder.path(RECORD)} is not the record of a run: choose another folder"
        )
    return found


def _check(folder: Folder, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    differing = [
        f"{key} was {found.get(key)!r} and is now {wanted.get(key)!r}"
        for key in sorted({*found, *wanted})
        if found.get(key) != wanted.get(key)
    ]
    if differing:
        raise OutputError(
            f"{folder.uri} holds another run's files ({'; '.join(differing)}): "
            "choose another folder, or delete this one to begin anew"
        )
