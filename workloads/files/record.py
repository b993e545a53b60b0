"""What an output folder is the result of, kept in the folder itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from errors import OutputError, RayOnAwsError
from workloads.files.commit import whole_file
from workloads.files.places import Folder
from workloads.files.rejects import REJECTED

# These begin with an underscore, so that no reader takes them for data.
RECORD = "_run.json"
# What stages leave for one another, until the last is done.
STAGES = "_stages"
# Names the files that were left out as bad, and why: they are so in every stage, and next time too.
LEFT_OUT = "_left_out.json"
# Stands in the record of a run that failed before any file of its result was there.
GAVE_UP = "gave up"


def claim(folder: Folder, run: Mapping[str, Any]) -> bool:
    """Makes the folder this run's; true where it was so before, so that finished files count.

    A run that gave up with nothing to show gives way to another one: what is corrected, the data or
    the command, need not go elsewhere. One that was killed does not, as it may be under way still.

    Args:
        folder: where the run writes.
        run: what decides the content of its files, as JSON has it.

    Raises:
        OutputError: the folder holds files of another run, or files that no run of ours made.
    """
    wanted = json.loads(json.dumps(run))
    written = folder.read(RECORD)
    found: dict[str, Any] | None = None
    if written is not None:
        found = _parsed(folder, written)
        gave_up = found.pop(GAVE_UP, False)
        if found == wanted and not gave_up:
            return True
        if found != wanted:
            if not gave_up or folder.files():
                raise _another(folder, found, wanted)
            for name in (STAGES, REJECTED):
                folder.within(name).clear()
            folder.remove(LEFT_OUT)
    elif folder.files():
        raise OutputError(
            f"{folder.uri} holds files that no run of this project made: choose an empty folder"
        )
    _write(folder, wanted)
    return bool(found == wanted)


@contextmanager
def writing(folder: Folder) -> Iterator[None]:
    """Within it, a run writes to the folder that it has claimed; the record says if it fails."""
    try:
        yield
    except BaseException:
        # What it failed for is what is to be told.
        with suppress(RayOnAwsError):
            if not folder.files():
                run = _parsed(folder, folder.read(RECORD) or b"")
                _write(folder, run | {GAVE_UP: True})
        raise


def _write(folder: Folder, record: Mapping[str, Any]) -> None:
    with whole_file(folder, RECORD) as file:
        file.write(json.dumps(record, indent=2, ensure_ascii=False).encode())


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


def _another(folder: Folder, found: dict[str, Any], wanted: dict[str, Any]) -> OutputError:
    differing = [
        f"{key} was {found.get(key)!r} and is now {wanted.get(key)!r}"
        for key in sorted({*found, *wanted})
        if found.get(key) != wanted.get(key)
    ]
    return OutputError(
        f"{folder.uri} holds another run's files ({'; '.join(differing)}): "
        "choose another folder, or delete this one to begin anew"
    )
