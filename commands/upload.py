"""What a job takes along to the cluster: files of the user's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from errors import UsageError


def module_files(name: str) -> list[Path]:
    """The file or folder of a module in the caller's folder; none where the image has it."""
    top = name.partition(".")[0]
    return [path for path in (Path(f"{top}.py"), Path(top)) if path.exists()]


@contextmanager
def uploaded(files: Sequence[Path], folder: str) -> Iterator[Path | None]:
    """A folder of what the job takes along: the one that was named, or one of the files alone.

    Raises:
        UsageError: the folder is none, or does not hold the files.
    """
    if folder:
        place = Path(folder).resolve()
        if not place.is_dir():
            raise UsageError(f"--folder {folder} is no folder")
        if outside := [one for one in files if not (place / one.name).exists()]:
            raise UsageError(
                f"{outside[0]} does not lie in {folder}: name the folder that holds it"
            )
        yield place
    elif files:
        with TemporaryDirectory(prefix="ray-on-aws-job-") as copies:
            for one in files:
                copy = shutil.copytree if one.is_dir() else shutil.copy
                copy(one, Path(copies) / one.name)
            yield Path(copies)
    else:
        yield None
