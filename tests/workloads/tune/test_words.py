"""What is said of a result, on the screen, in the report and in the picture."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import matplotlib.image
import pytest

from tests.workloads.tune.builders import CLEAN, LOST, MIB, STAYS, WON, result
from workloads.files import profiles
from workloads.files.profiles import read
from workloads.tune import outcome, report, words
from workloads.tune.confirm import Duel
from workloads.tune.keep import keep
from workloads.tune.outcome import judged
from workloads.tune.picture import draw
from workloads.tune.result import Result, Verdict

HIGH, WIDE = 500, 800  # pixels, of the smallest picture


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(profiles.VARIABLE, str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (
            WON,
            "text.clean: 4 MB batches: 1.11 times as fast as the defaults (95% interval 1.11 to "
            "1.11, 24 pairs of runs by turns). It is 99.9% sure to be faster.",
        ),
        (LOST, "text.clean: the defaults stay. The best found, 4 MB batches, was 0.94 times"),
        (STAYS, "text.clean: the defaults stay: nothing that was tried was clearly faster."),
        (Verdict(kept=False, why=outcome.NO_TIME), "text.clean: there was no time to try anything"),
        (Verdict(kept=False, why=outcome.NOTHING_TO_TUNE), "text.clean: there is nothing to tune"),
        (
            judged(Duel((), "it was killed", 1), ["letters"], 0, 0),
            "text.clean: the defaults stay: 4 MB batches failed: it was killed.",
        ),
    ],
)
def test_the_verdict_is_a_sentence(verdict: Verdict, said: str) -> None:
    assert words.sentence(result(verdict)).startswith(said)


def test_what_takes_more_memory_than_is_promised_is_not_kept() -> None:
    duel = Duel((1.2,) * 24)
    assert judged(duel, ["letters"], 900_000_000, 100_000_000).kept
    large = judged(duel, ["letters"], 1_200_000_000, 900_000_000)
    assert (large.kept, large.why) == (False, outcome.MEMORY)
    assert "takes too much memory" in words.sentence(result(large))
    assert judged(duel, ["letters"], 1_200_000_000, 1_100_000_000).kept


def test_cells_say_no_more_than_is_known() -> None:
    at_once, batches = result().curves
    assert words.cells(at_once.steps[0], "at_once") == (
        *("1", "350", "0.50", "", "2", "400", "slower"),
    )
    assert words.cells(at_once.steps[1], "at_once")[0] == "all"
    assert words.cells(batches.steps[1], "batch_bytes") == (
        *("2 MB", "700", "1.00", "", "8", "512", "the default"),
    )
    assert words.cells(batches.steps[2], "batch_bytes")[3] == "1.07 to 1.17"


def test_a_result_survives_json() -> None:
    for one in (result(), result(LOST), result(STAYS)):
        assert Result.from_dict(json.loads(json.dumps(one.to_dict()))) == one


def test_a_report_has_every_value_and_the_picture_beside_it(folder: Path) -> None:
    one = result()
    written = keep(one, "somewhere", "./invoke tune text.clean")
    file = report.write(one, "somewhere", "./invoke tune text.clean", written)
    assert {path.name for path in (folder / "somewhere").iterdir()} == {
        *("workloads.text.clean.json", "text.clean.md", "text.clean.png"),
    }
    text = file.read_text()
    assert words.sentence(one) in text
    assert "![the curves](text.clean.png)" in text
    assert "`./invoke tune text.clean`" in text
    for curve in one.curves:
        for step in curve.steps:
            assert f"| {' | '.join(words.cells(step, curve.field))} |" in text
    assert "| letters | 1.11 |" in text


@pytest.mark.parametrize("verdict", [WON, LOST, STAYS])
def test_the_picture_is_a_picture(verdict: Verdict) -> None:
    pixels = matplotlib.image.imread(io.BytesIO(draw(result(verdict))))
    assert pixels.shape[0] > HIGH
    assert pixels.shape[1] > WIDE
    blue = (pixels[..., 2] > pixels[..., 0] + 0.4).sum()
    assert bool(blue) == (verdict is not STAYS)


def test_a_profile_says_all_of_it_and_is_read_again() -> None:
    one = result()
    [file] = keep(one, "somewhere", "./invoke tune text.clean")
    found = read(file)
    assert found.function == CLEAN
    assert found.tuning == {"batch_bytes": 4 * MIB}
    assert (found.kind.cpu, found.kind.vcpus) == (one.machine.cpu, one.machine.vcpus)
    told = json.loads(file.read_text())
    assert told["machine"]["commit"] == one.machine.commit
    assert told["machine"]["versions"] == one.machine.versions
    assert told["verdict"]["low"] == one.verdict.low
    assert len(told["curves"]) == 2
    assert told["measured_at"] == one.measured_at


@pytest.mark.parametrize("verdict", [LOST, STAYS])
def test_where_the_defaults_stay_what_was_found_before_is_forgotten(verdict: Verdict) -> None:
    keep(result(), "somewhere", "")
    [file] = keep(result(verdict), "somewhere", "")
    assert read(file).tuning == {}


def test_without_time_what_was_found_before_stays() -> None:
    [file] = keep(result(), "somewhere", "")
    assert keep(result(Verdict(kept=False, why=outcome.NO_TIME)), "somewhere", "") == []
    assert read(file).tuning == {"batch_bytes": 4 * MIB}


def test_several_functions_have_a_profile_each() -> None:
    one = result()
    two = replace(one, defaults={**one.defaults, "a:b": one.defaults[CLEAN]})
    files = keep(two, "somewhere", "")
    assert [read(file).tuning for file in files] == [{"batch_bytes": 4 * MIB}, {}]
