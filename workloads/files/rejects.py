"""The rows that a function rejects: counted, and written beside those that it keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass
class Rejects:
    """The rows of one output that its function rejects.

    Attributes:
        reasons: how many for each reason.
    """

    reasons: Counter[str] = field(default_factory=Counter)
    _tables: list[tuple[pa.Table, str]] = field(default_factory=list)

    def kept_of(self, result: pa.Table | Parted, origin: str) -> pa.Table:
        """The rows that are not rejected."""
        if isinstance(result, pa.Table):
            return result
        self._tables.append((result.rejected, origin))
        counts = pc.value_counts(result.rejected.column(REASON))
        self.reasons.update({str(one["values"]): one["counts"].as_py() for one in counts})
        return result.kept

    def write(self, destination: Folder, name: str, codec: str) -> None:
        """Writes them beside the output, under the same name; none of an earlier run stay."""
        if not self.reasons:
            if self._tables:
                destination.remove(f"{REJECTED}/{name}")
            return
        with whole_file(destination, f"{REJECTED}/{name}") as sink:
            writer = Writer(sink, codec)
            for table, origin in self._tables:
                writer.add(table, origin)
            writer.close()


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
