"""A made data set of clips, in the layout of Common Voice on Parquet; the same for a seed.

The columns are Common Voice's, https://huggingface.co/datasets/mozilla-foundation/common_voice_17_0,
and before them `id`. The same versions of NumPy and libsndfile give the same bytes; its encoder of
MP3 may give others on another arch.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from hashlib import sha512
from pathlib import Path

import numpy as np
import pyarrow as pa

from errors import UsageError
from workloads.audio.clips import FORMATS, clip
from workloads.files import making
from workloads.files.job import Summary
from workloads.files.places import Folder
from workloads.text.generate import SCALES

KINDS = tuple(FORMATS)
# The mean of a clip, by kind.
ROW_BYTES = {"mp3": 39_000, "mixed": 143_000}
BYTES_PER_FILE = 64_000_000
# Few rows make several files too, so that several cores have something to do.
FEWEST_FILES = 8
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
class AudioSpec:
    """A data set of clips of 2 to 8 s at 48 kHz.

    Attributes:
        rows: how many clips.
        kind: `mp3`, one channel of 64 kbit/s as Common Voice has it, or `mixed`: also WAV and FLAC,
            of one channel or two.
        seed: of all randomness.
    """

    rows: int
    kind: str = "mp3"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"'{self.kind}' is no kind of audio: choose one of {', '.join(KINDS)}")
        if self.rows < 1:
            raise UsageError(f"there must be at least 1 row, not {self.rows}")
        if not 0 <= self.seed < 2**63:
            raise UsageError(f"the seed must be from 0 to 2^63 - 1, not {self.seed}")

    @classmethod
    def sized(cls, size: int | str, kind: str = "mp3", seed: int = 0) -> AudioSpec:
        """A data set of about `size` of encoded clips, in bytes or as the name of a scale.

        Raises:
            UsageError: no such scale or kind, or no size.
        """
        if isinstance(size, str):
            if size not in SCALES:
                raise UsageError(f"'{size}' is no scale: choose one of {', '.join(SCALES)}")
            size = SCALES[size]
        return cls(-(-size // ROW_BYTES.get(kind, 1)), kind, seed)

    @property
    def row_bytes(self) -> int:
        """About how many bytes a clip has."""
        return ROW_BYTES[self.kind]

    @property
    def size(self) -> int:
        """About how many bytes all clips have."""
        return self.rows * self.row_bytes

    def files(self) -> list[range]:
        """The row numbers that each file holds."""
        number = max(-(-self.size // BYTES_PER_FILE), min(FEWEST_FILES, self.rows))
        cuts = [self.rows * part // number for part in range(number + 1)]
        return [range(cuts[part], cuts[part + 1]) for part in range(number)]

    def tasks(self, folder: Folder, codec: str) -> list[making.MakeTask]:
        """The tasks that write it, one a file."""
        return making.make_tasks(self, folder, codec)

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


def make(
    destination: str | Path, spec: AudioSpec, *, codec: str = "snappy", progress: bool = True
) -> Summary:
    """Writes a data set as Parquet files, on Ray; see `workloads.files.making.make`."""
    return making.make(
        destination,
        spec,
        label="audio.make",
        record=asdict(spec),
        codec=codec,
        progress=progress,
    )
