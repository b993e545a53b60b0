"""What a job is made of: tasks that each make one file, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from errors import InputError, RayOnAwsError


@dataclass(frozen=True)
class Outcome:
    """What came of one task.

    Attributes:
        name: the file that was to be written, within the output folder.
        weight: the task's share of the work, in bytes.
        rows_in: rows read.
        rows_out: rows written.
        bytes_out: the size of the file written.
        read_seconds: time spent reading and decoding.
        work_seconds: time spent in the function.
        write_seconds: time spent encoding and writing.
        error: why nothing was written; None where all went well.
        rejected: how many rows were rejected for each reason.
        left_out: why rows are not in the file that were to be, for each input that they are of.
    """

    name: str
    weight: int
    rows_in: int = 0
    rows_out: int = 0
    bytes_out: int = 0
    read_seconds: float = 0.0
    work_seconds: float = 0.0
    write_seconds: float = 0.0
    error: RayOnAwsError | None = None
    rejected: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()

    @property
    def bad_input(self) -> bool:
        """Whether the task failed for what it read, so that leaving that out would do."""
        return isinstance(self.error, InputError)


class Task(Protocol):
    """One file to make. Running it twice gives the same file, so any task can be retried."""

    @property
    def name(self) -> str:
        """The file to write, within the output folder."""

    @property
    def weight(self) -> int:
        """Its share of the work, in bytes, for progress and balance."""

    def run(self) -> Outcome:
        """Makes the file. What is wrong with the input comes back in the outcome's `error`."""
