"""`./invoke plan`: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from invoke.context import Context
from invoke.exceptions import Exit

from cluster.configs import find
from commands import ROOT
from commands import plan as module
from commands.plan import plan

HEAVY = ("ray", "matplotlib", "boto3", "numpy", "cluster.planning")


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "RESULTS", tmp_path / "results")
    monkeypatch.chdir(tmp_path)


def written(path: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(path).read_text())
    return content


def twin(tmp_path: Path, **changed: Any) -> str:
    """The config `autoscaling` with something changed in it, as a user's own file."""
    config = yaml.safe_load(find("autoscaling").read_text()) | changed
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(config))
    return str(path)


def test_the_documents_case(capsys: pytest.CaptureFixture[str]) -> None:
    plan(Context(), "autoscaling", tasks="480", running="10", json="out/plan.json")
    said = capsys.readouterr().out
    assert "480 tasks of 300 s, each {CPU: 1}" in said
    assert "asked at  tasks waiting  node type  nodes  joined at\n" in said
    assert "0 s       320            intel      10     66 s\n" in said
    assert "all done: 6 min 8 s after they were submitted\n" in said
    assert "cost until then: $3.87 on demand, $3.87 with spot" in said
    assert "an hour costs $0.20 at its smallest, $21.62 at its largest\n" in said
    assert "prices: us-east-1, snapshot of the SkyPilot catalog, commit 00148f2a" in said
    picture = Path("results/plan/autoscaling.png")
    assert f"picture: {picture.absolute()}" in said
    assert picture.read_bytes().startswith(b"\x89PNG")
    content = written("out/plan.json")
    assert content["prices_from"].startswith("snapshot of the SkyPilot catalog")
    assert content["usd_on_demand"] == pytest.approx(3.8655, abs=1e-3)
    assert content["usd_spot"] == content["usd_on_demand"]
    assert content["node_hours"].keys() == {"head", "intel"}
    assert content["usd_per_hour"] == {"min": 0.2016, "max": pytest.approx(21.6216)}
    assert {"time": 68.0, "node_type": "intel", "state": "joined", "count": 30} in content[
        "timeline"
    ]


def test_without_tasks_there_are_checks_and_prices(capsys: pytest.CaptureFixture[str]) -> None:
    plan(Context(), "spot", json="plan.json")
    said = capsys.readouterr().out
    assert "an hour costs $0.66 at its smallest" in said
    assert "picture" not in said
    content = written("plan.json")
    assert (content["timeline"], content["node_hours"], content["usd_spot"]) == ([], {}, None)
    assert not Path("results").exists()


def test_a_file_of_demands_and_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("demands.yaml").write_text(
        "[{tasks: 20, seconds: 60, resources: {Intel: 8}}, {tasks: 5, at: 90}]"
    )
    own = twin(tmp_path, provider={"type": "aws", "region": "eu-west-1"})
    with pytest.raises(Exit):  # its provider is no longer as the checks want it
        plan(Context(), own, demands="demands.yaml", picture="a/b.png", json="plan.json")
    said = capsys.readouterr().out
    assert "20 tasks of 60 s, each {Intel: 8}; 5 tasks of 300 s, each {CPU: 1}, from" in said
    assert Path("a/b.png").is_file()
    content = written("plan.json")
    assert (content["tasks_done"], content["region"]) == (25, "eu-west-1")


def test_boot_seconds_and_region_are_as_said(capsys: pytest.CaptureFixture[str]) -> None:
    plan(
        Context(),
        "autoscaling",
        tasks="16",
        boot_seconds="130",
        region="ap-northeast-2",
        json="plan.json",
    )
    assert "prices: ap-northeast-2, snapshot" in capsys.readouterr().out
    content = written("plan.json")
    assert content["waves"][0]["joined"][0] >= 130
    assert content["boot_s"] == pytest.approx(130)


def test_an_error_in_the_config_ends_with_1_and_is_forecast_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Exit) as told:
        plan(Context(), twin(tmp_path, docker={"worker_image": "x"}), tasks="3", json="plan.json")
    assert told.value.code == 1
    assert str(told.value.message).startswith("error: errors in the config: ")
    said = capsys.readouterr().out
    assert "mine.yaml:" in said
    assert "all done" in said
    levels = {finding["level"] for finding in written("plan.json")["findings"]}
    assert "error" in levels


def test_tasks_that_can_never_run_end_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exit) as told:
        plan(Context(), "autoscaling", tasks="1200", cpus_per_task="64", json="plan.json")
    assert told.value.code == 1
    assert told.value.message == "error: tasks that can never run: 1,200; see above"
    assert "never run: 1,200 of 1,200 tasks" in capsys.readouterr().out
    assert written("plan.json")["infeasible"][0]["tasks"] == 1200


def test_a_config_that_cannot_be_forecast_has_its_findings_all_the_same(tmp_path: Path) -> None:
    with pytest.raises(Exit, match="has no available_node_types") as told:
        plan(Context(), twin(tmp_path, available_node_types={}), json="plan.json")
    assert told.value.code == 1
    assert written("plan.json")["timeline"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"tasks": "-5"}, "--tasks is -5, and should be a number above 0"),
        ({"tasks": "abc"}, "--tasks is 'abc', and should be a number"),
        ({"tasks": "nan"}, "--tasks is nan, and should be a number above 0"),
        ({"tasks": "1.5"}, "--tasks is 1.5, and should be a whole number"),
        ({"tasks": "3", "seconds": "0"}, "--seconds is 0, and should be a number above 0"),
        ({"tasks": "3", "cpus_per_task": "-1"}, "--cpus-per-task is -1, and should be"),
        ({"boot_seconds": "soon"}, "--boot-seconds is 'soon', and should be a number"),
        ({"tasks": "3", "demands": "x"}, "--tasks and --demands do not go together"),
        ({"demands": "none.yaml"}, "cannot read none.yaml: No such file or directory"),
        ({"cluster": "nope"}, "'nope' is no cluster config: choose architectures, autoscaling"),
        ({"cluster": "text.txt"}, "text.txt:1: it is a single value"),
        ({"cluster": "broken.yaml"}, "broken.yaml:1: it is not YAML: "),
        ({"tasks": "3", "running": "3"}, "--running 3 does not say of which type: write intel=1,"),
        ({"tasks": "3", "running": "intel"}, "--running has 'intel': write a node type"),
        ({"tasks": "3", "running": "intel=-1"}, "--running has 'intel=-1'"),
        ({"tasks": "3", "running": "intel=99"}, "99 of 'intel' cannot be running"),
        ({"running": "intel=3"}, "--running means nothing without work: give --tasks or --demands"),
        ({"region": "moon"}, "AWS has no region 'moon': they are named like us-east-1"),
        ({"picture": "x.doc"}, "--picture x.doc is no PNG file: name one that ends in .png"),
    ],
)
def test_misuse_is_a_sentence(options: dict[str, str], said: str) -> None:
    Path("text.txt").write_text("only text")
    Path("broken.yaml").write_text("a: [1")
    with pytest.raises(Exit) as told:
        plan(Context(), **({"cluster": "spot"} | options))
    assert told.value.code == 2
    message = told.value.message or ""
    assert message.startswith(f"error: {said}")
    assert "\n" not in message


def test_a_file_that_cannot_be_written_is_told() -> None:
    with pytest.raises(Exit, match=r"cannot write \.: Is a directory; name another file") as told:
        plan(Context(), "spot", json=".")
    assert told.value.code == 1


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = f"import sys, commands.plan; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
