"""`./invoke bench` on the cluster that is launched: a job there, and its table here."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cluster.minis import Mini


def test_the_benchmark_measures_the_cluster(mini: Mini, tmp_path: Path) -> None:
    done = mini.invoke(
        *("bench", "--bytes", "2000000", "--engines", "ours", "--kind", "letters"),
        *("--workload", "text.clean", "--repeats", "1"),
        *("--json", "out.json", "--report", "page.html"),
        cwd=tmp_path,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "target compose" in done.stdout
    cases = json.loads((tmp_path / "out.json").read_text())
    assert {(one["engine"], one["target"]) for one in cases} == {("ours", "compose")}
    assert {one["phase"] for one in cases} == {"start", "cold", "warm"}
    assert (tmp_path / "page.html").stat().st_size > 1000


def test_its_pools_are_compared_and_none_is_ranked(mini: Mini, tmp_path: Path) -> None:
    done = mini.invoke(
        *("bench", "--cluster", "architectures", "--workload", "text.clean", "--kind", "letters"),
        *("--bytes", "200000", "--repeats", "1", "--json", "out.json", "--report", "page.html"),
        cwd=tmp_path,
        timeout=550,
    )
    if not mini.engine.runs("arm64"):
        assert done.returncode == 2
        assert "there is nothing to compare" in done.stderr
        return
    assert done.returncode == 0, done.stdout + done.stderr
    assert "there is nothing to choose, as no pool was measured on what it is named" in done.stdout
    assert "graviton is not comparable" in done.stdout
    rows = json.loads((tmp_path / "out.json").read_text())
    assert {(one["subcluster"], one["arch"], one["comparable"]) for one in rows} == {
        ("intel", "amd64", False),
        ("graviton", "arm64", False),
    }
    assert {one["usd_per_tb"] for one in rows} == {None}
    assert (tmp_path / "page.html").stat().st_size > 1000
