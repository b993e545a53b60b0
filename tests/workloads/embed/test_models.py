"""A model is found in its package, in a folder or on the hub, by a name that stays right."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from errors import ServiceError, UsageError
from tests.workloads.embed.hub import COMMITS, hub
from tests.workloads.embed.tiny import CONFIG, write_json, write_tiny
from tests.workloads.programs import run
from workloads.embed import models
from workloads.embed.models import DEFAULT, folder_of, pinned

NOWHERE = "http://127.0.0.1:9"
# Where the hub is, is looked at when its library is imported.
PIN = """
import sys
from errors import RayOnAwsError
from workloads.embed.models import folder_of, pinned
try:
    print(pinned(sys.argv[1]), folder_of(pinned(sys.argv[1])))
except RayOnAwsError as error:
    print(type(error).__name__, error)
"""


def pin(model: str, address: str, home: Path) -> list[str]:
    """The name that is pinned, and the folder; or what went wrong, in words."""
    changes = {"HF_ENDPOINT": address, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1"}
    done = run("-c", PIN, model, changes={**changes, "HF_HUB_DISABLE_PROGRESS_BARS": "1"})
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of the hub's library."""
    return tmp_path_factory.mktemp("hub")


def test_only_files_of_the_package_are_used() -> None:
    code = (
        "import sys; from workloads.embed.models import DEFAULT, folder_of;"
        "assert (folder_of(DEFAULT) / 'model.safetensors').exists();"
        f"assert '{models.PACKAGE}' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_package_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PACKAGE", "no_such_package")
    with pytest.raises(ServiceError, match="the package no-such-package, which has the weights"):
        folder_of(DEFAULT)


def test_a_folder_is_named_by_its_whole_path(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.parent)
    assert folder_of("tiny").samefile(tiny)
    assert pinned("tiny") == str(tiny)
    assert pinned(DEFAULT) == DEFAULT


def test_a_folder_that_is_not_there_is_told() -> None:
    with pytest.raises(UsageError, match="'nowhere' is no folder here: name a folder with a model"):
        folder_of("nowhere")


@pytest.mark.parametrize(
    ("asked", "commit"), [("", COMMITS["main"]), ("@v1", COMMITS["v1"]), ("@main", COMMITS["main"])]
)
def test_a_model_of_the_hub_is_named_by_its_commit(
    tiny: Path, home: Path, asked: str, commit: str
) -> None:
    (tiny / "onnx").mkdir(exist_ok=True)
    (tiny / "onnx" / "model.onnx").write_bytes(b"not wanted")
    with hub({"me/tiny": tiny}) as (address, given):
        name, folder = pin(f"hub:me/tiny{asked}", address, home)
    assert name == f"hub:me/tiny@{commit}"
    for file in ("model.safetensors", "tokenizer.json", "1_Pooling/config.json"):
        assert (Path(folder) / file).read_bytes() == (tiny / file).read_bytes()
    assert "onnx/model.onnx" not in given
    # A commit does not change: what is here of it is all that is needed.
    assert pin(name, NOWHERE, home) == [name, folder]


def test_a_graph_is_fetched_where_none_can_be_made(tmp_path: Path) -> None:
    folder = write_tiny(tmp_path / "model")
    write_json(folder / "config.json", {**CONFIG, "model_type": "mpnet"})
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(b"a graph")
    with hub({"me/graph": folder}) as (address, _):
        _, found = pin("hub:me/graph", address, tmp_path / "home")
    assert (Path(found) / "onnx" / "model.onnx").read_bytes() == b"a graph"


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("hub:me/other", "InputError the hub gives no 'me/other': check owner, name and revision"),
        ("hub:me/tiny@v9", "InputError the hub gives no 'me/tiny@v9': check owner, name and rev"),
        ("hub:a/b/c", "UsageError 'hub:a/b/c' is not hub:OWNER/NAME@REVISION: "),
    ],
)
def test_what_the_hub_does_not_have_is_told(
    tiny: Path, tmp_path: Path, model: str, told: str
) -> None:
    with hub({"me/tiny": tiny}) as (address, _):
        assert " ".join(pin(model, address, tmp_path)).startswith(told)


def test_a_hub_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    said = " ".join(pin("hub:me/tiny", NOWHERE, tmp_path))
    assert said.startswith("StorageError the hub cannot be reached for 'me/tiny': ")
    assert "check the network and HF_ENDPOINT" in said
