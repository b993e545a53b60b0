"""A made data set of sentences: `id` and `text`, the same for a seed on any machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pyarrow as pa

from workloads.embed.words import Lengths, mean_bytes, sentences
from workloads.files import making

# What is typed into a search box, and what is written, from headlines to whole paragraphs.
KINDS = {
    "short": Lengths(median=7, spread=0.4, fewest=3, most=20),
    "mixed": Lengths(median=16, spread=0.8, fewest=3, most=120),
}
# So much is about half a minute's work for a core: what a task that was lost has done is not much,
# and a few megabytes keep many cores busy.
ROWS_PER_FILE = 4096


@dataclass(frozen=True)
class SentenceSpec(making.Made):
    """A data set of sentences, down to its last byte.

    Attributes:
        rows: how many sentences.
        kind: `short`, of 3 to 20 words, or `mixed`, of 3 to 120.
        seed: of all randomness.
    """

    label = "embed.generate"
    noun = "sentences"
    mean_bytes: ClassVar = {name: mean_bytes(lengths) for name, lengths in KINDS.items()}

    kind: str = "mixed"

    @property
    def rows_per_file(self) -> int:
        """How many sentences a file holds at the most."""
        return ROWS_PER_FILE

    def table(self, rows: range) -> pa.Table:
        """Some rows of it; `id` is the row's number.

        Columns: id int64, text string.
        """
        texts = sentences(self.seed, rows.start, len(rows), KINDS[self.kind])
        ids = np.arange(rows.start, rows.stop, dtype=np.int64)
        return pa.table({"id": ids, "text": pa.array(texts, pa.string())})
