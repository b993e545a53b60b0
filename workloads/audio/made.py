"""A made data set of clips, in the layout of Common Voice on Parquet; the same for a seed.

The columns are Common Voice's, https://huggingface.co/datasets/mozilla-foundation/common_voice_17_0,
and before them `id`. The same versions of NumPy and libsndfile give the same bytes; its encoder of
MP3 may give others on another arch.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha512
from typing import ClassVar

import numpy as np
import pyarrow as pa

from workloads.audio.clips import FORMATS, clip
from workloads.files import making

KINDS = tuple(FORMATS)
# The mean of a clip, by kind.
ROW_BYTES = {"mp3": 39_000, "mixed": 143_000}
BYTES_PER_FILE = 64_000_000
SENTENCES = (
    "The boat was tied to a post at the end of the pier.",
    "She counted the lamps along the road until the last one.",
    "Nobody had told him that the shop closes at noon on Fridays.",
    "A thin layer of snow covered the benches in the park.",
    "They carried the old piano up three flights of stairs.",
    "Is there any bread left from this morning?",
    "The river turns north where the two valleys meet.",
    "He wrote the address down and lost it the same day.",
)
AGES = ("", "teens", "twenties", "thirties", "forties", "fifties", "sixties")
GENDERS = ("", "male_masculine", "female_feminine", "do_not_wish_to_say")
ACCENTS = ("", "United States English", "England English", "India and South Asia")
SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "client_id": pa.string(),
        "path": pa.string(),
        "audio": pa.struct({"bytes": pa.binary(), "path": pa.string()}),
        "sentence": pa.string(),
        "up_votes": pa.int64(),
        "down_votes": pa.int64(),
        "age": pa.string(),
        "gender": pa.string(),
        "accent": pa.string(),
        "locale": pa.string(),
        "segment": pa.string(),
        "variant": pa.string(),
    }
)


@dataclass(frozen=True)
class AudioSpec(making.Made):
    """A data set of clips of 2 to 8 s at 48 kHz.

    Attributes:
        rows: how many clips.
        kind: `mp3`, one channel of 64 kbit/s as Common Voice has it, or `mixed`: also WAV and FLAC,
            of one channel or two.
        seed: of all randomness.
    """

    label = "audio.generate"
    noun = "audio"
    mean_bytes: ClassVar = ROW_BYTES

    kind: str = "mp3"

    @property
    def rows_per_file(self) -> int:
        """How many clips a file holds at the most."""
        return BYTES_PER_FILE // self.row_bytes

    def table(self, rows: range) -> pa.Table:
        """Some rows of it, of SCHEMA; `id` is the row's number."""
        return pa.Table.from_pylist([self._row(row) for row in rows], SCHEMA)

    def _row(self, row: int) -> dict[str, object]:
        suffix, content = clip(self.seed, row, self.kind)
        random = np.random.default_rng((self.seed, 2, row))
        path = f"common_voice_en_{row:08d}.{suffix}"
        return {
            "id": row,
            "client_id": sha512(random.bytes(8)).hexdigest(),
            "path": path,
            "audio": {"bytes": content, "path": path},
            "sentence": str(random.choice(SENTENCES)),
            "up_votes": int(random.integers(2, 6)),
            "down_votes": int(random.integers(0, 2)),
            "age": str(random.choice(AGES)),
            "gender": str(random.choice(GENDERS)),
            "accent": str(random.choice(ACCENTS)),
            "locale": "en",
            "segment": "",
            "variant": "",
        }
