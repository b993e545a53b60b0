"""What goes between the command and its job comes out as it went in."""

from __future__ import annotations

from pathlib import Path

import pytest

from errors import UsageError
from tests.workloads.tune.builders import result
from workloads.bench import settings as bench
from workloads.files.places import Folder
from workloads.tune import remote
from workloads.tune.__main__ import main
from workloads.tune.settings import Settings, check


def settings(**changes: object) -> Settings:
    chosen = {
        "workloads": ["text.clean"],
        "kinds": ["mixed"],
        "size": 1000,
        "scale": "small",
        "seed": 3,
        "peers": False,
        "engines": [],
        "repeats": None,
        "results": Path("/results"),
        "output": None,
        "storage": Folder("s3://bucket/bench"),
        "target": "compose",
        "subcluster": "intel",
    } | changes
    return Settings(bench.Settings(**chosen), 60.0, ["cpus"], None)  # type: ignore[arg-type]


def test_settings_arrive() -> None:
    assert remote.settings(remote.argument(settings()), Path("/results")) == settings()
    own = Settings(settings().bench, 60.0, [], Folder("s3://bucket/mine"))
    assert remote.settings(remote.argument(own), Path("/results")) == own


def test_results_arrive() -> None:
    assert remote.result(remote.line(result())) == result()
    assert remote.result("making the input") is None


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["{}"], ['{"bench": 3}'], ["[]"], ["a", "b"]])
def test_another_argument_is_misuse(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert "./invoke tune" in capsys.readouterr().err


def test_what_cannot_be_tuned_is_told() -> None:
    with pytest.raises(UsageError, match=r"'threads' cannot be tuned: choose cpus, at_once"):
        check(Settings(settings().bench, 1.0, ["threads"]))
    with pytest.raises(UsageError, match=r"text.clean is tuned on the data of the benchmark"):
        check(Settings(settings().bench, 1.0, [], Folder("s3://b/mine")))
    with pytest.raises(UsageError, match=r"the cluster cannot read /mine"):
        check(Settings(settings(workloads=["a:b"]).bench, 1.0, [], Folder("/mine")))
