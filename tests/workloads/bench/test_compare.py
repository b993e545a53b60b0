from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from workloads.bench.compare import row_count
from workloads.files.places import Folder


def test_rows_of_all_files_are_counted(tmp_path: Path) -> None:
    for name, rows in (("0.parquet", 3), ("1.parquet", 1)):
        pq.write_table(pa.table({"id": range(rows)}), tmp_path / name)
    (tmp_path / "_run.json").write_text("{}")
    assert row_count(Folder.of(tmp_path)) == 4


def test_an_engine_that_wrote_nothing_has_no_rows(tmp_path: Path) -> None:
    assert row_count(Folder.of(tmp_path / "nowhere")) == 0
