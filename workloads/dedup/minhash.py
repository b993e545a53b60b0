"""Near deduplication: of rows with similar texts, the first one stays; MinHash and LSH."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from errors import UsageError
from workloads.dedup.banding import bands_for
from workloads.dedup.drop import drop
from workloads.dedup.keys import write_keys
from workloads.dedup.links import ComponentsTask, LinkTask
from workloads.dedup.signatures import MinHash
from workloads.files.job import Summary
from workloads.files.staged import StagedJob
from workloads.text.arrays import check_text

LINKS, COMPONENTS = "links", "components"
# What the components are written to: one file.
ALL = "all.arrow"


@dataclass(frozen=True)
class Similarity:
    """What makes two texts similar.

    Attributes:
        threshold: the Jaccard similarity of their shingles about which they are found.
        permutations: the most hashes that a text is compared by: the more, the steeper the chance
            to be found rises about the threshold; see `workloads.dedup.banding`.
        size: of a shingle, in words or characters.
        characters: whether a shingle is of characters rather than of words.
        cleaned: look at the cleaned texts; see `workloads.text`.
        seed: of the hashes.
    """

    threshold: float = 0.8
    permutations: int = 128
    size: int = 5
    characters: bool = False
    cleaned: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.size < 1:
            raise UsageError(f"a shingle must have at least 1 word or character, not {self.size}")
        if self.seed < 0:
            raise UsageError(f"the seed must be 0 or more, not {self.seed}")

    def keyer(self) -> MinHash:
        """What gives texts the keys that similar ones share.

        Raises:
            UsageError: the threshold or the permutations are out of range.
        """
        bands = bands_for(self.threshold, self.permutations)
        return MinHash(bands, self.size, self.characters, self.cleaned, self.seed)


DEFAULT = Similarity()


def minhash(
    source: str | Path,
    destination: str | Path,
    *,
    column: str = "text",
    similarity: Similarity = DEFAULT,
    codec: str = "snappy",
    skip_bad: bool = False,
    progress: bool = True,
) -> Summary:
    """Writes each file of a folder without the rows whose text is similar to an earlier row's.

    What is similar to the same text belongs together, and of what belongs together the first row
    stays. Rows are in the order of the files' names, and within a file in its own. A run that was
    killed is continued by running it again.

    Args:
        source: a folder or a file, local or `s3://BUCKET/FOLDER`.
        destination: a folder, local or `s3://BUCKET/FOLDER`; new, empty, or of this same run.
        column: of text.
        similarity: what makes two texts similar.
        codec: of the output: snappy, zstd, lz4, gzip or none.
        skip_bad: leave out files that cannot be read, and list them.
        progress: whether to show it on standard error.

    Raises:
        UsageError: the arguments do not go together.
        InputError: no input, or a bad file and not `skip_bad`; what is written stays.
        OutputError: the destination holds something else, is full or may not be written.
        StorageError: a store refuses or cannot be reached.
    """
    keyer = similarity.keyer()
    job = StagedJob(
        "dedup.minhash",
        source,
        destination,
        options={"column": column, **vars(similarity)},
        check=partial(check_text, column=column),
        codec=codec,
        skip_bad=skip_bad,
        progress=progress,
    )
    if job.missing([part.file.name for part in job.parts]):
        keys = write_keys(job, column, keyer)
        parts = tuple(job.parts)
        links = job.stage(LINKS)
        weight = job.rows // keys.buckets
        tasks = [
            LinkTask(f"{bucket}.arrow", weight, links, keys, bucket)
            for bucket in range(keys.buckets)
        ]
        job.run(LINKS, tasks)
        lists = tuple(task.name for task in tasks)
        folder = job.stage(COMPONENTS)
        job.run(COMPONENTS, [ComponentsTask(ALL, job.rows, folder, links, lists, parts, job.rows)])
    missing = job.missing([part.file.name for part in job.parts])
    return drop(job, missing, COMPONENTS, [ALL])
