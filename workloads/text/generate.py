"""Generate text: `id`, `text` of about 1 KB and `label`, the same for a seed on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa

from workloads.files import making
from workloads.text.characters import LONGEST_WORD, ROW_BYTES, write_letters, write_mixed

LABELS = ("news", "blog", "forum", "wiki")
KINDS = {"letters": (write_letters, 0), "mixed": (write_mixed, LONGEST_WORD)}
ROWS_PER_FILE = 65_536
# What it is called where there is a tuning for it.
NAME = "workloads.text:generate"


@dataclass(frozen=True)
class TextSpec(making.Made):
    """A text data set, down to its last byte.

    Attributes:
        rows: how many, of about 1 KB each.
        kind: `letters` or `mixed`.
        seed: of all randomness.
    """

    label = "text.generate"
    noun = "text"
    function: ClassVar[str | None] = NAME
    mean_bytes: ClassVar = dict.fromkeys(KINDS, ROW_BYTES)

    kind: str = "letters"

    @property
    def rows_per_file(self) -> int:
        """How many rows a file holds at the most."""
        return ROWS_PER_FILE

    def table(self, rows: range) -> pa.Table:
        """Some rows of the data set; `id` is the row's number.

        Columns: id int64, text string, label string.
        """
        ids = np.arange(rows.start, rows.stop, dtype=np.int64)
        labels = pa.array(_labels(self.seed, ids), pa.int8())
        label = pa.DictionaryArray.from_arrays(labels, list(LABELS)).dictionary_decode()
        return pa.table({"id": ids, "text": self._text(rows), "label": label})

    def _text(self, rows: range) -> pa.Array:
        write, extra = KINDS[self.kind]
        out = pa.allocate_buffer(len(rows) * (ROW_BYTES + extra))
        offsets = np.zeros(len(rows) + 1, np.int32)
        write(self.seed, rows.start, np.frombuffer(out, np.uint8), offsets)
        used = out.slice(0, int(offsets[-1]))
        return pa.Array.from_buffers(pa.string(), len(rows), [None, pa.py_buffer(offsets), used])


def _labels(seed: int, ids: np.ndarray[Any, np.dtype[np.int64]]) -> Any:
    """A label's number for each row: bits of a multiplicative hash of row and seed (Knuth 6.4)."""
    mixed = (ids.astype(np.uint64) + np.uint64(seed)) * np.uint64(0x9E37_79B9_7F4A_7C15)
    return (mixed >> np.uint64(62)).astype(np.int8)
