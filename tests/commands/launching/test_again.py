"""A cluster is launched again as it was launched, or it is said why it cannot be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cluster.launched import Launched
from commands.launching import again, aws, rehearsal
from errors import UsageError
from tests.cluster.infra.emulated import REGION
from tests.cluster.test_launched import ONE, REMOTE


def launched(target: str, source: str, **changes: Any) -> Launched:
    remote = replace(REMOTE, source=source, image="host/ray:1", **changes)
    return replace(ONE, target=target, remote=remote)


def test_what_it_was_launched_from_is_to_be_known_and_there(tmp_path: Path) -> None:
    gone = launched("aws", str(tmp_path / "gone.yaml"))
    assert "gone.yaml, which is not there any more" in again.why_not(gone)
    assert "a cluster was launched from is not written down" in again.why_not(ONE)
    with pytest.raises(UsageError, match="is not written down"):
        again.launch(launched("rehearsal", ""))
    (tmp_path / "gone.yaml").touch()
    assert again.why_not(gone) == ""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be launched."""
    found: list[dict[str, Any]] = []

    def on_aws(asked: aws.Asked, *, yes: bool) -> None:
        found.append({**vars(asked), "yes": yes})

    monkeypatch.setattr(rehearsal, "launch", lambda **asked: found.append(asked))
    monkeypatch.setattr(aws, "launch", on_aws)
    return found


@pytest.mark.parametrize(("through", "bastion"), [("direct", False), ("bastion", True)])
def test_in_the_rehearsal_it_is_from_where_it_was(
    calls: list[dict[str, Any]], tmp_path: Path, through: str, bastion: bool
) -> None:
    (source := tmp_path / "mine.yaml").touch()
    again.launch(launched("rehearsal", str(source), through=through))
    assert calls == [{"cluster": str(source), "minutes": 15, "from_bastion": bastion}]


def test_on_aws_it_is_the_same_image_in_the_same_place_and_nobody_is_asked(
    calls: list[dict[str, Any]], tmp_path: Path
) -> None:
    (source := tmp_path / "mine.yaml").touch()
    again.launch(launched("aws", str(source), through="bastion"))
    assert calls == [
        {
            "cluster": str(source),
            "region": REGION,
            "profile": "",
            "infra": "lab",
            "image": "host/ray:1",
            "through": "bastion",
            "minutes": 15,
            "yes": True,
        }
    ]
