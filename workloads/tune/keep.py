"""What is kept of a result: a profile for each function, which later jobs go by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workloads.files.commit import remove_temporary, whole_file
from workloads.files.places import Folder
from workloads.files.profiles import file_of
from workloads.tune.outcome import NO_TIME
from workloads.tune.result import Result


def keep(result: Result, place: str, command: str) -> list[Path]:
    """Writes the profiles, each whole or not at all; none where there was no time for anything.

    Where the defaults stay, that is written too: it takes the place of what was found before.

    Args:
        result: of a workload.
        place: the kind of machine or cluster.
        command: that measured it.

    Raises:
        OutputError: they cannot be written there.
    """
    if result.verdict.why == NO_TIME:
        return []
    return [_write(function, result, place, command) for function in result.defaults]


def _write(function: str, result: Result, place: str, command: str) -> Path:
    file = file_of(place, function)
    told: dict[str, Any] = {
        "function": function,
        "tuning": dict(result.tuning(function)),
        "place": place,
        "command": command,
        **result.to_dict(),
    }
    whole(file, f"{json.dumps(told, indent=2, ensure_ascii=False)}\n".encode())
    return file


def whole(file: Path, content: bytes) -> None:
    """Writes a file so that it is there whole, or as it was before.

    Raises:
        OutputError: it cannot be written there.
    """
    folder = Folder.of(file.parent)
    with whole_file(folder, file.name) as sink:
        sink.write(content)
    remove_temporary(folder)
