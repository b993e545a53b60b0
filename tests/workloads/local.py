"""Tasks run one after the other in this process, for tests of many small jobs."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from typing import Any

from workloads.files.tasks import Outcome, Task


def one_by_one(tasks: Sequence[Task], **_: Any) -> Iterator[Outcome]:
    """Does what `distribute` does."""
    for task in tasks:
        # As they come to a worker.
        yield pickle.loads(pickle.dumps(task)).run()  # noqa: S301 - made here
