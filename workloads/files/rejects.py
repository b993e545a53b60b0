"""The rows that a function rejects: counted, and written beside those that it keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from workloads.files.commit import whole_file
from workloads.files.functions import REASON, Parted
from workloads.files.parquet import Writer
from workloads.files.places import Folder

# A folder that readers of the output pass over.
REJECTED = "_rejected"
# Behind the others, which have more columns: readers of many files go by the first one.
OTHERS = "part-others.parquet"
OTHER_SUFFIX = "other suffix"


class Rejects:
    """The rows of one output that its function rejects, written as they come.

    Attributes:
        reasons: how many for each reason.
        asked: whether the function is one that may reject rows, as far as is known.
    """

    def __init__(self, open_file: Callable[[], Writer]) -> None:
        """Takes what opens the file for them, which is done only where there are any."""
        self.reasons: Counter[str] = Counter()
        self.asked = False
        self._open = open_file
        self._writer: Writer | None = None

    def kept_of(self, result: pa.Table | Parted, origin: str) -> pa.Table:
        """The rows that are not rejected."""
        if isinstance(result, pa.Table):
            return result
        self.asked = True
        if result.rejected.num_rows:
            self._writer = self._writer or self._open()
            self._writer.add(result.rejected, origin)
            counts = pc.value_counts(result.rejected.column(REASON))
            self.reasons.update({str(one["values"]): one["counts"].as_py() for one in counts})
        return result.kept

    def close(self) -> None:
        """Writes what is held."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def rejecting(
    destination: Folder, name: str, codec: str, row_group_bytes: int
) -> Iterator[Rejects]:
    """Rejected rows go beside the output, under the same name; none of an earlier run stay.

    Their file is there when the block ends well, so the output, which says that all of it is done,
    is to get its name after that.
    """
    path = f"{REJECTED}/{name}"
    with ExitStack() as files:

        def open_file() -> Writer:
            sink = files.enter_context(whole_file(destination, path))
            return Writer(sink, codec, row_group_bytes)

        rejects = Rejects(open_file)
        yield rejects
        rejects.close()
    if rejects.asked and not rejects.reasons:
        destination.remove(path)


def write_others(destination: Folder, paths: Sequence[str], codec: str) -> None:
    """Writes which files of a source are of no kind that is looked at, for these to be found."""
    name = f"{REJECTED}/{OTHERS}"
    if not paths:
        destination.remove(name)
        return
    table = pa.table(
        {
            "path": pa.array(paths, pa.string()),
            REASON: pa.array([OTHER_SUFFIX] * len(paths)),
            "detail": pa.array([PurePosixPath(path).suffix for path in paths]),
        }
    )
    with whole_file(destination, name) as sink:
        writer = Writer(sink, codec)
        writer.add(table, name)
        writer.close()
