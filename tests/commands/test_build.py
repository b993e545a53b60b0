"""`./invoke build`: names between commas, and the table at the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from invoke.context import Context
from invoke.exceptions import Exit

from commands import build as module
from images.build import Row
from images.engine import Engine


@pytest.mark.parametrize(
    ("listed", "names"),
    [("", []), ("amd64", ["amd64"]), ("amd64, arm64,", ["amd64", "arm64"])],
)
def test_names_stand_between_commas(listed: str, names: list[str]) -> None:
    assert module.names(listed) == names


def test_an_image_is_built_and_shown(
    engine: Engine,
    built: list[Row],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert built
    monkeypatch.setattr(module, "RESULTS", tmp_path)
    module.build(Context(), image="object-store")
    *_, headings, shown = capsys.readouterr().out.splitlines()
    assert headings.split("  ")[0] == "image"
    cells = shown.split()
    digest, tag = cells[-2:]
    image = engine.image(f"ray-on-aws/object-store:{tag}")
    assert image == engine.image(f"ray-on-aws/object-store:{engine.arch}")
    assert str(image and image.id).startswith(f"sha256:{digest}")
    assert cells[:2] == ["object-store", engine.arch]
    log = tmp_path / "logs" / f"build-object-store-{engine.arch}.log"
    assert "CACHED" in log.read_text()


@pytest.mark.usefixtures("engine")
def test_an_unknown_image_is_misuse() -> None:
    with pytest.raises(Exit, match=r"^error: 'rey' is no image") as caught:
        module.build(Context(), image="rey")
    assert caught.value.code == 2
