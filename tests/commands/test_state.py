"""What commands remember of a cluster between calls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cluster.launched import Launched, remember
from cluster.rehearsal.world import FOLDER
from commands import ROOT, state
from errors import ServiceError, UsageError
from tests.cluster.rehearsal.test_adapt import WORLD
from tests.cluster.test_launched import ONE


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(state.VARIABLE, str(tmp_path / "kept"))
    return state.folder()


def test_only_its_owner_may_enter_the_folder(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert state.folder() == folder


def test_without_a_name_it_lies_in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(state.VARIABLE)
    assert state.folder() == ROOT / ".launched"


def test_a_cluster_is_asked_for_by_target(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"^no cluster is launched: \./invoke launch starts one"):
        state.launched()
    remember(folder, ONE)
    assert state.launched() == state.launched("compose") == ONE
    with pytest.raises(UsageError, match="is of target compose, not ec2"):
        state.launched("ec2")


def test_a_rehearsal_whose_control_plane_is_gone_says_what_to_do(folder: Path) -> None:
    remember(folder, Launched(**(vars(ONE) | {"target": "rehearsal"})))
    (folder / FOLDER).mkdir()
    # Addresses of this machine on which nothing listens.
    replace(WORLD, prefix="127.64", folder=str(folder / FOLDER)).write()
    with pytest.raises(ServiceError, match=r"does not answer .* \./invoke launch with"):
        state.launched()


def test_another_cluster_is_refused_and_the_same_one_is_not(folder: Path) -> None:
    state.refuse_another("aws", "lab-spot")  # there is none yet
    there = Launched(**(vars(ONE) | {"target": "aws", "name": "lab-spot"}))
    remember(folder, there)
    state.refuse_another("aws", "lab-spot")
    state.refuse_another("aws")
    for target, name in (("aws", "lab-static"), ("compose", ""), ("rehearsal", "lab-spot")):
        with pytest.raises(UsageError) as told:
            state.refuse_another(target, name)
        assert str(told.value) == (
            "the cluster lab-spot of target aws is launched: ./invoke down first, or set "
            "RAY_ON_AWS_STATE to another folder for this one"
        )
    assert state.launched() == there
